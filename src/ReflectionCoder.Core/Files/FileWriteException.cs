namespace ReflectionCoder.Files;

/// <summary>A file could not be written (a full disk, no permission); what was there before is untouched.</summary>
public sealed class FileWriteException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file that was to be written.</param>
    /// <param name="innerException">The cause.</param>
    public FileWriteException(string path, Exception innerException)
        : base($"{path} can't be written, and is left as it was: {innerException?.Message}", innerException) => Path = path;

    /// <summary>The file that was to be written.</summary>
    public string Path { get; }
}
