namespace ReflectionCoder.Configuration;

/// <summary>Options that can check their own values. A class that takes them checks them before it does anything else.</summary>
internal interface IValidatedOptions
{
    /// <summary>Looks for options out of range.</summary>
    /// <returns>All mistakes; empty when there are none.</returns>
    IReadOnlyList<OptionError> FindErrors();
}

/// <summary>Turns the mistakes of options into one exception.</summary>
internal static class ValidatedOptions
{
    /// <summary>Checks options and lists every mistake in one exception.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="InvalidOptionsException">One or more options are out of range.</exception>
    public static void Validate(this IValidatedOptions options) =>
        InvalidOptionsException.ThrowIfAny(options.GetType().Name, options.FindErrors());
}
