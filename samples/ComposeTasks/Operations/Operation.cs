using System.Globalization;

namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>One step of a task: what is asked, in several wordings, the Python that does it, and the same in C#.</summary>
/// <param name="Name">Unique, such as <c>keep_even</c>.</param>
/// <param name="From">What it takes.</param>
/// <param name="To">What it gives.</param>
/// <param name="Phrases">Wordings in the imperative; {k} stands for the parameter.</param>
/// <param name="Code">
/// Python: lines that come first, if any, and last an expression. {v} stands for the variable that holds the value, {k} for the parameter.
/// </param>
/// <param name="Apply">The value and the parameter to the result.</param>
internal sealed record Operation(
    string Name,
    ValueType From,
    ValueType To,
    string[] Phrases,
    string[] Code,
    Func<object, object, object> Apply
)
{
    /// <summary>The values that the parameter may have, longs or strings; null where there is none.</summary>
    public object[]? Parameters { get; init; }

    /// <summary>Phrase with the parameter put in; strings stand in double quotes.</summary>
    public static string Describe(string phrase, object parameter) =>
        phrase.Replace(
            "{k}",
            parameter is string text ? $"\"{text}\"" : Convert.ToString(parameter, CultureInfo.InvariantCulture),
            StringComparison.Ordinal
        );

    /// <summary>The lines of code with variable and parameter put in.</summary>
    public string[] Write(string variable, object parameter) =>
        [
            .. Code.Select(line =>
                line.Replace("{v}", variable, StringComparison.Ordinal)
                    .Replace("{k}", PythonLiteral.Of(parameter), StringComparison.Ordinal)
            ),
        ];
}
