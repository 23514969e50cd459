namespace ReflectionCoder.Configuration;

/// <summary>One or more options are out of range. Thrown before anything is loaded, started or written.</summary>
public sealed class InvalidOptionsException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="optionsName">Name of the options' type, such as <c>FineTuningOptions</c>.</param>
    /// <param name="errors">The mistakes, at least one.</param>
    public InvalidOptionsException(string optionsName, IReadOnlyList<OptionError> errors)
        : base($"{optionsName}: {string.Join("; ", errors)}.")
    {
        OptionsName = optionsName;
        Errors = errors;
    }

    /// <summary>Name of the options' type, such as <c>FineTuningOptions</c>.</summary>
    public string OptionsName { get; }

    /// <summary>All mistakes, in the order in which the options were checked.</summary>
    public IReadOnlyList<OptionError> Errors { get; }

    /// <summary>Throws if there are mistakes, so that a program can check options before it does anything else.</summary>
    /// <param name="optionsName">Name of the options' type, such as <c>FineTuningOptions</c>.</param>
    /// <param name="errors">What <c>FindErrors</c> of the options returned.</param>
    /// <exception cref="InvalidOptionsException"><paramref name="errors"/> holds at least one mistake.</exception>
    public static void ThrowIfAny(string optionsName, IReadOnlyList<OptionError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count > 0)
        {
            throw new InvalidOptionsException(optionsName, errors);
        }
    }
}
