namespace ReflectionCoder.Generation;

/// <summary>A model's logits leave no token to choose: one is not a number, one is infinite, or all are minus infinity.</summary>
public sealed class NonFiniteLogitsException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public NonFiniteLogitsException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which logit is what, and where.</param>
    public NonFiniteLogitsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which logit is what, and where.</param>
    /// <param name="innerException">The cause.</param>
    public NonFiniteLogitsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
