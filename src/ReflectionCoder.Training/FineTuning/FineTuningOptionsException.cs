namespace ReflectionCoder.FineTuning;

/// <summary>An option out of its range.</summary>
/// <param name="Name">The option, as <see cref="FineTuningOptions"/> calls it.</param>
/// <param name="Value">What it was set to.</param>
/// <param name="Range">What it may be.</param>
public sealed record OptionError(string Name, string Value, string Range)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} is {Value}; it must be {Range}";
}

/// <summary>Options are out of range; all mistakes are listed. Thrown before anything is loaded or written.</summary>
public sealed class FineTuningOptionsException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    public FineTuningOptionsException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    public FineTuningOptionsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public FineTuningOptionsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="errors">The mistakes, at least one.</param>
    public FineTuningOptionsException(IReadOnlyList<OptionError> errors)
        : base(string.Join("; ", errors) + ".")
    {
        Errors = errors;
    }

    /// <summary>The mistakes.</summary>
    public IReadOnlyList<OptionError> Errors { get; } = [];
}
