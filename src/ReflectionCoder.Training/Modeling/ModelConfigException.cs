namespace ReflectionCoder.Modeling;

/// <summary>A model configuration that can't be run: a field is missing, of the wrong kind, inconsistent, or asks for mathematics this decoder does not have.</summary>
public sealed class ModelConfigException : FormatException
{
    /// <summary>Creates the exception; the message names file and field.</summary>
    /// <param name="path">The file, or what stands for it.</param>
    /// <param name="field">The field's JSON name, dotted where nested.</param>
    /// <param name="expected">What is wrong and what was expected.</param>
    /// <param name="innerException">The cause.</param>
    public ModelConfigException(string path, string field, string expected, Exception? innerException = null)
        : base($"{path}: '{field}': {expected}", innerException)
    {
        Path = path;
        Field = field;
    }

    /// <summary>The file, or what stands for it.</summary>
    public string Path { get; }

    /// <summary>The field's JSON name, dotted where nested.</summary>
    public string Field { get; }
}
