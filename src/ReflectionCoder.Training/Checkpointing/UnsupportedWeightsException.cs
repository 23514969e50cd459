namespace ReflectionCoder.Checkpointing;

/// <summary>Weights in a form that is not read: only safetensors files are.</summary>
public sealed class UnsupportedWeightsException : FormatException
{
    /// <summary>Creates the exception; the message names the file and the way out.</summary>
    /// <param name="path">The file that was found.</param>
    /// <param name="expected">What it is and what to do.</param>
    public UnsupportedWeightsException(string path, string expected)
        : base($"{path}: {expected}") => Path = path;

    /// <summary>The file that was found.</summary>
    public string Path { get; }
}
