using System.Text.RegularExpressions;

namespace ReflectionCoder.Languages.Programs;

/// <summary>Splits a text that no parser can read: words, numbers, and every other character by itself.</summary>
internal static partial class PlainTokens
{
    /// <summary>The tokens of a text.</summary>
    public static IEnumerable<string> Of(string text) => Token().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"[\w$]+|[^\s\w$]", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
