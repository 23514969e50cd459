using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Safetensors;

/// <summary>
/// Replaces several files of a folder as one step: if the process dies at any moment, the next reader finds all old files or all new files.
/// </summary>
/// <remarks>
/// <para>The new files are written to a folder inside this one and flushed. One rename of that inner folder commits them. Then they are
/// moved to their places one by one. The first step of that deletes <c>config.json</c> or <c>adapter_config.json</c>, without which a
/// folder is no model or adapter, and the last step moves the new one in. In between, weights of a former save that no new file replaces
/// are deleted. If the moving is interrupted, <see cref="Finish(string)"/> finishes it; every reader and writer of a model's or adapter's
/// folder calls it. Until then, programs that don't know of this find no <c>config.json</c>, and so never a mixture of old and new
/// files.</para>
/// <para>One process at a time may write to a folder. Any number of processes may read from it at the same time: the one that has locked
/// the list of files moves them, the others wait.</para>
/// </remarks>
internal sealed class FolderUpdate(string directory)
{
    /// <summary>
    /// Start of the name of an inner folder that is being written. If a process was killed, what it left there is useless.
    /// </summary>
    internal const string TemporaryPrefix = ".saving.tmp-";

    private const string CommittedName = ".saved";
    private const string ManifestName = "files.list";
    private static readonly string[] Last = ["config.json", WeightFiles.AdapterConfiguration];

    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Whether an update was committed and not finished: the folder holds new files that are not in their places yet.</summary>
    internal bool IsUnfinished => Directory.Exists(Path.Combine(directory, CommittedName));

    /// <summary>
    /// Called after each step, so that tests can look at the folder or simulate the death of the process. The default value is null.
    /// </summary>
    internal Action<string>? AfterStep { get; init; }

    /// <summary>Called with the inner folder, before it is committed. The default value is null.</summary>
    internal Action<string>? BeforeCommit { get; init; }

    /// <summary>Writes files and replaces the former ones.</summary>
    /// <param name="writeFiles">Writes all files into the folder that it is given. Folders inside that one are ignored.</param>
    /// <exception cref="IOException">
    /// The system refused. If that happened before the commit, the folder is unchanged; if after it, the next <see cref="Finish(string)"/>
    /// goes on.
    /// </exception>
    internal void Write(Action<string> writeFiles)
    {
        Directory.CreateDirectory(directory);
        Finish();
        RemoveTemporaries();
        string temporary = Path.Combine(directory, TemporaryPrefix + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            Directory.CreateDirectory(temporary);
            AfterStep?.Invoke("created");
            writeFiles(temporary);
            BeforeCommit?.Invoke(temporary);
            string[] names = [.. Directory.EnumerateFiles(temporary).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
            File.WriteAllText(Path.Combine(temporary, ManifestName), JsonSerializer.Serialize(names));
            DurableStorage.FlushTree(temporary);
            AfterStep?.Invoke("flushed");
            Directory.Move(temporary, Path.Combine(directory, CommittedName));
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }

        DurableStorage.FlushDirectory(directory);
        AfterStep?.Invoke("committed");
        Finish();
    }

    /// <summary>Finishes an update that was committed and then interrupted. Does nothing where there is none.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="DataFormatException">The list of files is damaged.</exception>
    internal void Finish()
    {
        string committed = Path.Combine(directory, CommittedName);
        if (!Directory.Exists(committed))
        {
            return;
        }

        string manifest = Path.Combine(committed, ManifestName);
        using (FileStream? list = Lock(manifest))
        {
            if (list is not null)
            {
                Move(committed, ReadNames(list));
                DurableStorage.FlushDirectory(directory);
            }
        }

        try
        {
            File.Delete(manifest);
            AfterStep?.Invoke("listed no more");
            Directory.Delete(committed, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process that waited for the lock has deleted it already.
        }

        AfterStep?.Invoke("finished");
    }

    /// <summary>
    /// Opens the list of files for this process alone, and waits while another process has it open. Returns null where there is no list:
    /// all files have been moved.
    /// </summary>
    private static FileStream? Lock(string manifest)
    {
        DateTime end = DateTime.UtcNow + LockTimeout;
        while (true)
        {
            try
            {
                return new FileStream(manifest, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException) when (DateTime.UtcNow < end)
            {
                Thread.Sleep(20);
            }
        }
    }

    /// <summary>Deletes what interrupted writes left behind.</summary>
    internal void RemoveTemporaries()
    {
        foreach (string stray in Directory.GetDirectories(directory, TemporaryPrefix + "*"))
        {
            Directory.Delete(stray, recursive: true);
        }
    }

    private void Move(string committed, string[] names)
    {
        foreach (string name in Last.Where(name => File.Exists(Path.Combine(committed, name))))
        {
            File.Delete(Path.Combine(directory, name));
            DurableStorage.FlushDirectory(directory); // otherwise, after a power cut, the old file might stand beside new weights
            AfterStep?.Invoke("removed " + name);
        }

        foreach (string name in names.Except(Last))
        {
            MoveFile(committed, name);
        }

        if (names.Intersect(WeightFiles.In(directory)).Any())
        {
            foreach (string stale in WeightFiles.In(directory).Except(names).ToArray())
            {
                File.Delete(Path.Combine(directory, stale));
                AfterStep?.Invoke("removed " + stale);
            }
        }

        if (names.Contains("chat_template.jinja"))
        {
            // These belong to the former tokenizer, and transformers would use them beside the new template.
            File.Delete(Path.Combine(directory, "chat_template.json"));
            TryDelete(Path.Combine(directory, "additional_chat_templates"));
        }

        DurableStorage.FlushDirectory(directory);
        foreach (string name in names.Intersect(Last))
        {
            MoveFile(committed, name);
        }
    }

    private void MoveFile(string committed, string name)
    {
        string source = Path.Combine(committed, name);
        if (File.Exists(source))
        {
            File.Move(source, Path.Combine(directory, name), overwrite: true);
            AfterStep?.Invoke("moved " + name);
        }
    }

    private static string[] ReadNames(FileStream list)
    {
        try
        {
            string[] names = JsonSerializer.Deserialize<string[]>(list) ?? [];
            if (names.All(name => !string.IsNullOrEmpty(name) && Path.GetFileName(name) == name && name is not ("." or "..")))
            {
                return names;
            }
        }
        catch (JsonException)
        {
            // The error below names the file.
        }

        throw DataFormatException.OfTensor(
            list.Name,
            null,
            $"no list of file names; remove {Path.GetDirectoryName(list.Name)}, or save the model again elsewhere."
        );
    }

    /// <summary>Replaces several files of a model's or adapter's folder as one step. Errors name the folder that was asked for.</summary>
    internal static void Replace(string directory, Action<string> writeFiles, Action<string>? afterStep = null) =>
        Guard(directory, () => new FolderUpdate(directory) { AfterStep = afterStep }.Write(writeFiles));

    /// <summary>Finishes an update that was committed and then interrupted. Errors name the folder that was asked for.</summary>
    internal static void Finish(string directory) => Guard(directory, new FolderUpdate(directory).Finish);

    private static void Guard(string directory, Action write)
    {
        try
        {
            write();
        }
        catch (FileWriteException e)
        {
            // The path of this error is in the inner folder, which no longer exists.
            throw new FileWriteException(Path.Combine(directory, Path.GetFileName(e.Path)), e.InnerException ?? e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(directory, e);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller gets the first error instead. The next write deletes what is left here.
        }
    }
}
