namespace ReflectionCoder.Checkpointing;

/// <summary>A checkpoint whose tensors are not the ones its configuration asks for.</summary>
public sealed class WeightMismatchException : FormatException
{
    /// <summary>Creates the exception; the message names file and tensor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensorName">The tensor.</param>
    /// <param name="expected">What is wrong and what was expected.</param>
    public WeightMismatchException(string path, string tensorName, string expected)
        : base($"{path}: tensor '{tensorName}': {expected}")
    {
        Path = path;
        TensorName = tensorName;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensor.</summary>
    public string TensorName { get; }
}
