using System.Globalization;

namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>What a derivation is held to: the three lines behind it.</summary>
/// <param name="Given">The numbers of the problem; a derivation uses no others.</param>
/// <param name="Steps">
/// The values of the known derivation's steps. They decide nothing, because others may lead to the answer; they say where a wrong one went
/// wrong.
/// </param>
/// <param name="Answer">The answer.</param>
internal sealed record DerivationChecks(IReadOnlyList<long> Given, IReadOnlyList<long> Steps, long Answer)
{
    /// <summary>How many lines they are.</summary>
    public const int LineCount = 3;

    private const string GivenWord = "given ";
    private const string StepsWord = "steps ";
    private const string AnswerWord = "check answer == ";

    /// <summary>The lines, in order.</summary>
    public IReadOnlyList<string> Lines => [GivenWord + string.Join(", ", Given), StepsWord + string.Join(", ", Steps), AnswerWord + Answer];

    /// <summary>Reads the lines; null if they are others.</summary>
    public static DerivationChecks? Read(IReadOnlyList<string> lines) =>
        lines is [var first, var second, var third]
        && Numbers(first, GivenWord) is { } given
        && Numbers(second, StepsWord) is { } steps
        && Numbers(third, AnswerWord) is [var answer]
            ? new DerivationChecks(given, steps, answer)
            : null;

    private static long[]? Numbers(string line, string word)
    {
        if (!line.StartsWith(word, StringComparison.Ordinal))
        {
            return null;
        }

        List<long> numbers = [];
        foreach (string part in line[word.Length..].Split(','))
        {
            if (!long.TryParse(part.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            {
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
