using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Configuration;

/// <summary>Collects what is wrong with options. Not thread-safe.</summary>
internal sealed class OptionErrors
{
    private readonly List<OptionError> found = [];

    /// <summary>What was found, in the order of the checks.</summary>
    public IReadOnlyList<OptionError> Found => found;

    /// <summary>Notes an option that breaks its range.</summary>
    /// <param name="holds">Whether the value is in range.</param>
    /// <param name="value">The option's value.</param>
    /// <param name="range">What it may be, to stand behind "it must be".</param>
    /// <param name="name">The option; the default is the expression given as <paramref name="value"/>.</param>
    /// <returns>This, for the next check.</returns>
    public OptionErrors Require(bool holds, object? value, string range, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds)
        {
            found.Add(new OptionError(name, Describe(value), range));
        }

        return this;
    }

    /// <summary>Takes over what is wrong inside options that are the value of an option.</summary>
    /// <param name="options">The inner options; null is itself a mistake.</param>
    /// <param name="name">The outer option; the default is the expression given as <paramref name="options"/>.</param>
    /// <returns>This, for the next check.</returns>
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
            IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(DescribeItem))}]", // or the list's type would stand there
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) is { } text && !string.IsNullOrWhiteSpace(text) ? text : "empty",
        };

    private static string DescribeItem(object? item) => item is string text ? $"'{text}'" : Describe(item);
}
