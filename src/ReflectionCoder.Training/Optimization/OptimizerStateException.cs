namespace ReflectionCoder.Optimization;

/// <summary>Saved optimizer state doesn't fit the weights that are trained.</summary>
public sealed class OptimizerStateException : FormatException
{
    /// <summary>Creates the exception with a general message.</summary>
    public OptimizerStateException()
        : this("The optimizer state does not fit the weights.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which tensor, what was found and what was expected.</param>
    public OptimizerStateException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">Which tensor, what was found and what was expected.</param>
    /// <param name="innerException">The cause.</param>
    public OptimizerStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
