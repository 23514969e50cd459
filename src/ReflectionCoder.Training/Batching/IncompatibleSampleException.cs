namespace ReflectionCoder.Batching;

/// <summary>A sample can't be trained: it carries no label, or a supervised token would fall away when hidden tokens are left out.</summary>
public sealed class IncompatibleSampleException : ArgumentException
{
    /// <summary>Creates the exception with a general message.</summary>
    public IncompatibleSampleException()
        : this("The sample cannot be trained.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    public IncompatibleSampleException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="innerException">The cause.</param>
    public IncompatibleSampleException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception for a token.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="position">Index of the token.</param>
    public IncompatibleSampleException(string message, int position)
        : base(message)
    {
        Position = position;
    }

    /// <summary>Index of the offending token in the sample, from 0; null where the whole sample is at fault.</summary>
    public int? Position { get; }
}
