using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>A line that opens or closes a code block, by the rules of CommonMark.</summary>
/// <param name="Mark">Its character: a backtick, a tilde, or a bracket for <c>[PYTHON]</c>, which CodeLlama writes.</param>
/// <param name="Length">How many there are; at least 3.</param>
/// <param name="Indent">How many blanks come before.</param>
/// <param name="Info">What stands behind: a language, or nothing.</param>
internal readonly partial record struct Fence(char Mark, int Length, int Indent, string Info)
{
    /// <summary>The most blanks by which a fence may be indented more than what it belongs to.</summary>
    public const int MostIndent = 3;

    /// <summary>Whether nothing stands behind it. Only such a fence closes a block.</summary>
    public bool IsBare => Info.Length == 0;

    /// <summary>Whether one word stands behind it, or a word and attributes, as where a block opens. A sentence is none.</summary>
    public bool HasTag => Tag().IsMatch(Info);

    /// <summary>The language, in small letters; empty if there is none.</summary>
    public string Language => Word().Match(Info).Value.ToLowerInvariant();

    /// <summary>Reads a line; null if it is no fence.</summary>
    public static Fence? Find(string line)
    {
        if (line.TrimEnd() is "[PYTHON]" or "[/PYTHON]")
        {
            return new Fence('[', 3, 0, line[1] == '/' ? "" : "python");
        }

        Match match = Line().Match(line);
        return match.Success
            ? new Fence(match.Groups["marks"].ValueSpan[0], match.Groups["marks"].Length, Width(match.Groups["indent"].Value), Rest(match))
            : null;
    }

    /// <summary>Reads a sentence that ends in an opening fence, such as <c>Here it is: ```python</c>; null if there is none.</summary>
    public static Fence? FindBehindSentence(string line)
    {
        int marks = line.IndexOf("```", StringComparison.Ordinal);
        string before = marks < 0 ? "" : line[..marks].TrimEnd();
        string behind = marks < 0 ? "" : line[marks..].TrimStart('`').Trim();
        bool introduces = before is [.., ':' or '.' or '!'];
        return introduces && Word().Match(behind).Length == behind.Length ? Find(line[marks..]) : null;
    }

    /// <summary>Whether it is strong enough to end a block that <paramref name="opening"/> began.</summary>
    public bool Reaches(Fence opening) => Mark == opening.Mark && Length >= opening.Length && Indent <= opening.Indent + MostIndent;

    private static string Rest(Match match) => match.Groups["info"].Value.Trim();

    private static int Width(string indent) => indent.Sum(blank => blank == '\t' ? 4 : 1);

    /// <summary>No backtick may stand behind backticks: that is code within a sentence.</summary>
    [GeneratedRegex(
        @"^(?<indent>[ \t]*)((?<marks>`{3,})(?<info>[^`]*)|(?<marks>~{3,})(?<info>.*))$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Line();

    [GeneratedRegex(@"^\{?\.?[\w+#.:/-]+\}?(\s*[{\[].*|\s+\S+=.*)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"[\w+#-]+", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Word();
}
