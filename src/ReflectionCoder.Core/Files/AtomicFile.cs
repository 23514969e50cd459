using System.Text;

namespace ReflectionCoder.Files;

/// <summary>Writes a file that is there whole or not at all: readers see the old one or the new one.</summary>
/// <remarks>
/// What is written goes to <c>path.tmp</c>; <see cref="Commit"/> flushes it to the disk, renames it, and flushes the folder. Disposed
/// before that, nothing stays and the old file is untouched. What a killed process leaves under the temporary name, the next write takes
/// over. Not thread-safe.
/// </remarks>
internal sealed class AtomicFile : IDisposable
{
    private readonly string path;
    private readonly string target;
    private readonly string temporary;
    private readonly FileStream stream;
    private bool closed;

    /// <summary>Starts a file.</summary>
    /// <param name="path">Where it will appear; replaced if it exists.</param>
    /// <param name="bufferSize">Bytes that wait for each other before the system gets them; 0 for those who write large pieces.</param>
    /// <exception cref="FileWriteException">The system refused.</exception>
    public AtomicFile(string path, int bufferSize = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        target = Path.GetFullPath(path);
        temporary = target + ".tmp";
        try
        {
            stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw new FileWriteException(path, e);
        }
    }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="FileWriteException">
    /// The system refused, the disk being full for one; the old file is untouched and nothing half-written stays.
    /// </exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using AtomicFile file = new(path);
        try
        {
            write(file.stream);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw new FileWriteException(path, e);
        }

        file.Commit();
    }

    /// <summary>Writes UTF-8 text as <see cref="Write(string, Action{FileStream})"/> does.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="FileWriteException">The system refused.</exception>
    public static void WriteText(string path, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Adds to the file.</summary>
    /// <exception cref="FileWriteException">The system refused.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw new FileWriteException(path, e);
        }
    }

    /// <summary>Makes the file appear under its name. Call it once, after the last write.</summary>
    /// <exception cref="FileWriteException">The system refused.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        try
        {
            stream.Flush(flushToDisk: true);
            stream.Dispose();
            File.Move(temporary, target, overwrite: true);
            closed = true;
            DurableStorage.FlushDirectory(Path.GetDirectoryName(target)!);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw new FileWriteException(path, e);
        }
    }

    /// <summary>Leaves the old file as it was, unless the new one has taken its place.</summary>
    public void Dispose()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        try
        {
            stream.Dispose();
        }
        catch (Exception e) when (IsRefusal(e))
        {
            // A buffer that the disk has no room for; it is to go anyway.
        }

        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            // The first error is the one to report; the next write takes the same temporary name.
        }
    }

    private static bool IsRefusal(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
