namespace ReflectionCoder.Generation;

/// <summary>A chat request asks for what a <see cref="ReflectionChatClient"/> can't give; leaving it out would change the answer.</summary>
public sealed class UnsupportedChatRequestException : NotSupportedException
{
    /// <summary>Creates the exception.</summary>
    public UnsupportedChatRequestException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was asked for.</param>
    public UnsupportedChatRequestException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was asked for.</param>
    /// <param name="innerException">The cause.</param>
    public UnsupportedChatRequestException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal UnsupportedChatRequestException(string field, string problem)
        : base($"{field}: {problem}") => Field = field;

    /// <summary>The option or message that isn't supported, such as <c>ChatOptions.Tools</c>; empty where the cause is another.</summary>
    public string Field { get; } = "";
}
