using System.Globalization;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>Tells whether two expected values are surely different, from their source texts.</summary>
/// <remarks>
/// One value can be written in many ways: with casts, as a map in another order, as an optional or not. So only the literals count, their
/// order doesn't, and a text counts like the words and numbers in it. Then values that aren't told apart may differ, but values that are
/// told apart do.
/// </remarks>
internal static partial class ExpectedLiterals
{
    // A number that grows by a digit must stay in the range of its type.
    private const int LongestChanged = 9;

    /// <summary>The literals in a form in which texts of equal values are equal.</summary>
    public static string Of(string expected) =>
        string.Join(
            '\n',
            Literal()
                .Matches(expected)
                .SelectMany(match => Normalize(match.Value))
                .Where(text => text.Length > 0)
                .Order(StringComparer.Ordinal)
        );

    /// <summary>Changes a literal, so that the value is another one of the same type; null if there is none that can be changed.</summary>
    public static string? Change(string expected)
    {
        bool changed = false;
        string other = Literal()
            .Replace(
                expected,
                match =>
                {
                    string literal = match.Value;
                    string replacement =
                        changed ? literal
                        : literal[0] is '"' || (literal[0] is '\'' or '`' && literal.Length > 3) ? literal.Insert(1, "x")
                        // A longer number can't be one that is there already, such as another key of a map.
                        : literal.Length < LongestChanged && (char.IsDigit(literal[0]) || literal[0] == '-')
                            ? literal.Insert(literal[0] == '-' ? 1 : 0, "9")
                        : literal switch
                        {
                            "true" => "false",
                            "false" => "true",
                            _ => literal,
                        };
                    changed |= replacement != literal;
                    return replacement;
                }
            );
        return changed ? other : null;
    }

    private static IEnumerable<string> Normalize(string literal)
    {
        if (literal[0] is '"' or '\'' or '`')
        {
            // A text of spaces isn't nothing, and Go shows {"a b"} and {"a", "b"} alike.
            string inside = literal[1..^1];
            string[] words = inside.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return words.Length == 0 ? [inside] : words.Select(Number);
        }

        return
        [
            literal.ToUpperInvariant() switch
            {
                "TRUE" => "1", // JavaScript's loose equality
                "FALSE" => "0",
                "NULLOPT" or "NULL" or "NIL" or "NONE" or "UNDEFINED" => "null",
                _ => Number(literal),
            },
        ];
    }

    // Six digits are what a float surely tells apart.
    private static string Number(string text)
    {
        string digits = text.TrimEnd('l', 'L', 'f', 'F', 'd', 'D', 'm', 'M');
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number.ToString("G6", CultureInfo.InvariantCulture)
            : text;
    }

    [GeneratedRegex(
        """
            "(\\.|[^"\\])*"|'(\\.|[^'\\])*'|`[^`]*`|(?<![\w.])-?\d[\w.]*([eE][+-]?\d+)?|\b(true|false|nullopt|null|nil|none|undefined)\b
            """,
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.CultureInvariant,
        5000
    )]
    private static partial Regex Literal();
}
