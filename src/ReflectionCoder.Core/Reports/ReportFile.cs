using ReflectionCoder.Files;

namespace ReflectionCoder.Reports;

/// <summary>Writes a report's files.</summary>
internal static class ReportFile
{
    /// <summary>Writes a text in UTF-8 in one step, and creates the folder if needed.</summary>
    /// <exception cref="FileWriteException">The system refused; the old file is unchanged.</exception>
    public static Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Task.Run(
            () =>
            {
                try
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new FileWriteException(path, e);
                }

                AtomicFile.WriteText(path, text);
            },
            cancellationToken
        );
    }
}
