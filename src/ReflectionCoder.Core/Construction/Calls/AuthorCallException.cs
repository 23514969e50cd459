namespace ReflectionCoder.Construction.Calls;

/// <summary>A call of the author's model failed for good: retries are over, or don't help.</summary>
public sealed class AuthorCallException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, how often it was tried, and what the server said.</param>
    /// <param name="isFatal">Whether every further call would fail alike, such as with a wrong key.</param>
    /// <param name="isTransient">Whether the same call may be answered later, such as by a server that was down or badly set up.</param>
    /// <param name="innerException">The last failure.</param>
    public AuthorCallException(string message, bool isFatal = false, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException)
    {
        IsFatal = isFatal;
        IsTransient = isTransient;
    }

    /// <summary>Whether every further call would fail alike. A run stops then, instead of rejecting all its tasks.</summary>
    public bool IsFatal { get; }

    /// <summary>Whether the same call may be answered later. A run that is started again makes it again.</summary>
    public bool IsTransient { get; }
}
