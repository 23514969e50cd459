namespace ReflectionCoder.Tokenization;

/// <summary>Tokenizer files are broken, or ask for something that isn't supported; names the file and the entry.</summary>
public sealed class TokenizerFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">The entry, what was found and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public TokenizerFormatException(string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}

/// <summary>A text can't be encoded, or a sample lacks what training needs.</summary>
public sealed class SampleFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public SampleFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
