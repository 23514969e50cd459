using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Unisolated;

/// <summary>The folder that a program runs in, inside the system's temporary folder. Dispose deletes it.</summary>
internal sealed class WorkFolder : IDisposable
{
    // A child that another thread starts while a program file is written holds that file open for a moment, and the system refuses to run
    // a file that is open for writing. So no child starts while files are copied.
    private static readonly ReaderWriterLockSlim Copying = new();

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("unisolated-");

    private WorkFolder() { }

    /// <summary>The folder's full path.</summary>
    public string Path => folder.FullName;

    /// <summary>Creates a folder with the program's source and the language's files.</summary>
    public static async Task<WorkFolder> CreateAsync(SandboxLanguage language, string source)
    {
        var created = new WorkFolder();
        bool written = false;
        try
        {
            foreach ((string name, string text) in language.Files)
            {
                await File.WriteAllTextAsync(System.IO.Path.Combine(created.Path, name), text).ConfigureAwait(false);
            }

            await File.WriteAllTextAsync(System.IO.Path.Combine(created.Path, language.SourceFile), source).ConfigureAwait(false);
            written = true;
            return created;
        }
        finally
        {
            if (!written)
            {
                created.Dispose();
            }
        }
    }

    /// <summary>Starts a child process while no program file is being written.</summary>
    public static void Start(System.Diagnostics.Process process)
    {
        Copying.EnterWriteLock();
        try
        {
            _ = process.Start();
        }
        finally
        {
            Copying.ExitWriteLock();
        }
    }

    /// <summary>Copies the folder and all that is in it.</summary>
    public WorkFolder Copy()
    {
        var copy = new WorkFolder();
        bool copied = false;
        Copying.EnterReadLock();
        try
        {
            foreach (DirectoryInfo inner in folder.EnumerateDirectories("*", SearchOption.AllDirectories))
            {
                _ = Directory.CreateDirectory(In(copy, inner));
            }

            foreach (FileInfo file in folder.EnumerateFiles("*", SearchOption.AllDirectories))
            {
                _ = file.CopyTo(In(copy, file));
            }

            copied = true;
            return copy;
        }
        finally
        {
            Copying.ExitReadLock();
            if (!copied)
            {
                copy.Dispose();
            }
        }
    }

    public void Dispose()
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A process that the program left behind may still write there. The system cleans its temporary folder.
        }
    }

    private string In(WorkFolder copy, FileSystemInfo entry) =>
        System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, entry.FullName));
}
