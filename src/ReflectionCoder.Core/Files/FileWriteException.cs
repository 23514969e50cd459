namespace ReflectionCoder.Files;

/// <summary>A file could not be written, for example because the disk is full. What was there before is unchanged.</summary>
public sealed class FileWriteException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">Path of the file that should have been written.</param>
    /// <param name="innerException">The cause.</param>
    public FileWriteException(string path, Exception innerException)
        : base($"{path} can't be written, and is left as it was: {innerException?.Message}", innerException) => Path = path;

    /// <summary>Path of the file that should have been written.</summary>
    public string Path { get; }
}
