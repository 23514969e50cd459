using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Configuration;

/// <summary>Collects the mistakes found in options. Not thread-safe.</summary>
internal sealed class OptionErrors
{
    private readonly List<OptionError> found = [];

    /// <summary>The mistakes so far, in the order of the checks.</summary>
    public IReadOnlyList<OptionError> Found => found;

    /// <summary>Adds a mistake if an option is out of range.</summary>
    /// <param name="holds">Whether the value is in range.</param>
    /// <param name="value">The option's value.</param>
    /// <param name="range">The allowed values; completes the sentence "it must be …".</param>
    /// <param name="name">The option; the default is the expression given as <paramref name="value"/>.</param>
    /// <returns>This object, so that checks can be chained.</returns>
    public OptionErrors Require(bool holds, object? value, string range, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds)
        {
            found.Add(new OptionError(name, Describe(value), range));
        }

        return this;
    }

    /// <summary>Adds the mistakes of options that are themselves the value of an option.</summary>
    /// <param name="options">The inner options; null counts as a mistake.</param>
    /// <param name="name">The outer option; the default is the expression given as <paramref name="options"/>.</param>
    /// <returns>This object, so that checks can be chained.</returns>
    public OptionErrors RequireValid(IValidatedOptions? options, [CallerArgumentExpression(nameof(options))] string name = "")
    {
        if (options is null)
        {
            return Require(holds: false, options, "given", name);
        }

        found.AddRange(options.FindErrors().Select(error => error with { Name = $"{name}.{error.Name}" }));
        return this;
    }

    private static string Describe(object? value) =>
        value switch
        {
            null => "null",
            string text => string.IsNullOrWhiteSpace(text) ? "empty" : text,
            IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(DescribeItem))}]", // ToString of a list gives its type
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) is { } text && !string.IsNullOrWhiteSpace(text) ? text : "empty",
        };

    private static string DescribeItem(object? item) => item is string text ? $"'{text}'" : Describe(item);
}
