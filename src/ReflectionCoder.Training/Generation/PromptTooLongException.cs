namespace ReflectionCoder.Generation;

/// <summary>A prompt leaves no room for an answer (<see cref="GenerationOptions.MaxLength"/>).</summary>
public sealed class PromptTooLongException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message; it should name the prompt's length and the limit.</param>
    public PromptTooLongException(string message)
        : base(message) { }
}
