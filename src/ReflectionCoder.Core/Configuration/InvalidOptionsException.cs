namespace ReflectionCoder.Configuration;

/// <summary>Options are out of range; all mistakes are listed. Thrown before anything is loaded, started or written.</summary>
public sealed class InvalidOptionsException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="optionsName">The options' type, such as <c>FineTuningOptions</c>.</param>
    /// <param name="errors">The mistakes, at least one.</param>
    public InvalidOptionsException(string optionsName, IReadOnlyList<OptionError> errors)
        : base($"{optionsName}: {string.Join("; ", errors)}.")
    {
        OptionsName = optionsName;
        Errors = errors;
    }

    /// <summary>The options' type.</summary>
    public string OptionsName { get; }

    /// <summary>The mistakes.</summary>
    public IReadOnlyList<OptionError> Errors { get; }

    /// <summary>Throws where there are mistakes: for a program that wants to hear of them before anything else is done.</summary>
    /// <param name="optionsName">The options' type, such as <c>FineTuningOptions</c>.</param>
    /// <param name="errors">What the options' own <c>FindErrors</c> found.</param>
    /// <exception cref="InvalidOptionsException">There is at least one.</exception>
    public static void ThrowIfAny(string optionsName, IReadOnlyList<OptionError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count > 0)
        {
            throw new InvalidOptionsException(optionsName, errors);
        }
    }
}
