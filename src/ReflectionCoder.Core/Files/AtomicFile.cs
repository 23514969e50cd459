using System.Text;

namespace ReflectionCoder.Files;

/// <summary>Writes a file in one step: a reader sees the whole old file or the whole new one, never a part.</summary>
/// <remarks>
/// The content goes to <c>path.tmp</c>. <see cref="Commit"/> flushes that file to the disk, renames it, and flushes the folder. If the
/// object is disposed before, the temporary file is deleted and the old file is unchanged. If the process is killed, the temporary file
/// stays, and the next write overwrites it. Not thread-safe.
/// </remarks>
internal sealed class AtomicFile : IDisposable
{
    private readonly string path;
    private readonly string target;
    private readonly string temporary;
    private readonly FileStream stream;
    private bool closed;

    /// <summary>Opens the temporary file.</summary>
    /// <param name="path">The file to write; replaced if it exists.</param>
    /// <param name="bufferSize">Size of the write buffer in bytes; 0 for none, if large pieces are written.</param>
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
    /// The system refused, for example because the disk is full. The old file is unchanged, and the temporary file is deleted.
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

    /// <summary>Appends bytes to the file.</summary>
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

    /// <summary>Deletes the temporary file, unless <see cref="Commit"/> has renamed it.</summary>
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
            // The buffer can't be written, for example because the disk is full. It isn't needed any more.
        }

        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            // The caller shall see the first error, not this one. The next write uses the same temporary name.
        }
    }

    private static bool IsRefusal(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
