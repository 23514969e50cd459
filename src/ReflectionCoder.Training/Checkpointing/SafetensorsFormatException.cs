namespace ReflectionCoder.Checkpointing;

/// <summary>A safetensors file (or its index) that breaks the format.</summary>
public sealed class SafetensorsFormatException : FormatException
{
    /// <summary>Creates the exception; the message names file and tensor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensorName">The tensor; null where the fault is the file's own.</param>
    /// <param name="expected">What is wrong and what was expected.</param>
    /// <param name="innerException">The cause.</param>
    public SafetensorsFormatException(string path, string? tensorName, string expected, Exception? innerException = null)
        : base(tensorName is null ? $"{path}: {expected}" : $"{path}: tensor '{tensorName}': {expected}", innerException)
    {
        Path = path;
        TensorName = tensorName;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensor; null where the fault is the file's own.</summary>
    public string? TensorName { get; }
}
