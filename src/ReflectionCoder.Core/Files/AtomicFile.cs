namespace ReflectionCoder.Files;

/// <summary>Writes files that are there whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to <c>path.tmp</c>, flushes to the disk, renames, and flushes the folder; readers see the old file or the new one.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="FileWriteException">The system refused, the disk being full for one; the old file is untouched and nothing half-written stays.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string temporary = path + ".tmp";
        bool renamed = false;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            renamed = true;
            DurableStorage.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(path, e);
        }
        finally
        {
            if (!renamed)
            {
                Delete(temporary);
            }
        }
    }

    /// <summary>Writes UTF-8 text as <see cref="Write"/> does.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="FileWriteException">The system refused.</exception>
    public static void WriteText(string path, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Write(path, stream => stream.Write(bytes));
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; the next write takes the same temporary name.
        }
    }
}
