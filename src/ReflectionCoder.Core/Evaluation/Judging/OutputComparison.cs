using System.Globalization;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>Compares what a program printed with what it must print, as LiveCodeBench does.</summary>
internal static partial class OutputComparison
{
    /// <summary>Says where the texts differ; null if they are equal.</summary>
    public static string? Difference(string actual, string expected)
    {
        string[] actualLines = Lines(actual);
        string[] expectedLines = Lines(expected);
        if (actualLines.Length != expectedLines.Length)
        {
            return $"The output has {actualLines.Length} lines instead of {expectedLines.Length}.";
        }

        for (int line = 0; line < actualLines.Length; line++)
        {
            if (actualLines[line] != expectedLines[line] && !AreEqualNumbers(actualLines[line], expectedLines[line]))
            {
                return $"Line {line + 1} of the output is wrong.";
            }
        }

        return null;
    }

    private static string[] Lines(string text) => [.. text.Trim().Split('\n').Select(line => line.Trim())];

    private static bool AreEqualNumbers(string actual, string expected)
    {
        string[] actualWords = actual.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string[] expectedWords = expected.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return actualWords.Length == expectedWords.Length
            && actualWords.Zip(expectedWords).All(pair => Canonical(pair.First) is { } number && number == Canonical(pair.Second));
    }

    /// <summary>
    /// A decimal number in the one way in which its value can be written; null if it is none. Numbers of any length are exact.
    /// </summary>
    private static string? Canonical(string word)
    {
        Match match = Number().Match(word);
        if (!match.Success)
        {
            return Infinity().Match(word) is { Success: true } infinite ? infinite.Groups["sign"].Value.TrimStart('+') + "inf" : null;
        }

        string whole = match.Groups["whole"].Value.Replace("_", "", StringComparison.Ordinal);
        string fraction = match.Groups["fraction"].Value.Replace("_", "", StringComparison.Ordinal);
        string digits = (whole + fraction).TrimStart('0');
        if (digits.Length == 0)
        {
            return "0";
        }

        long exponent = -fraction.Length;
        if (match.Groups["exponent"].Success)
        {
            if (!long.TryParse(match.Groups["exponent"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long given))
            {
                return null;
            }

            exponent += Math.Clamp(given, -(1L << 62), 1L << 62);
        }

        string significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        string sign = match.Groups["sign"].Value == "-" ? "-" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{significant}e{exponent}");
    }

    [GeneratedRegex(
        @"^(?<sign>[+-]?)(?=\.?[0-9])(?<whole>[0-9_]*)(\.(?<fraction>[0-9_]*))?([eE](?<exponent>[+-]?[0-9]+))?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        5000
    )]
    private static partial Regex Number();

    [GeneratedRegex(
        "^(?<sign>[+-]?)inf(inity)?$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        5000
    )]
    private static partial Regex Infinity();
}
