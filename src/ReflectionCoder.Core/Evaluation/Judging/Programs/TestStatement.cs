using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>A test that compares one call of the solution with one expected value.</summary>
/// <param name="Start">Where it starts in the tests.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Call">The call, such as <c>candidate((1))</c>.</param>
/// <param name="Comparison">What the value must fulfil.</param>
internal sealed record TestStatement(int Start, int End, string Call, Comparison Comparison)
{
    /// <summary>Finds all tests that are written as MultiPL-E writes them. Others are left out.</summary>
    public static IReadOnlyList<TestStatement> FindAll(ProgramDialect dialect, string tests)
    {
        var found = new List<TestStatement>();
        int from = 0;
        for (Match head = dialect.Head.Match(tests, from); head.Success; head = dialect.Head.Match(tests, from))
        {
            TestStatement? statement = Read(dialect, tests, head);
            if (statement is not null)
            {
                found.Add(statement);
            }

            from = statement?.End ?? (head.Index + head.Length);
        }

        return found;
    }

    private static TestStatement? Read(ProgramDialect dialect, string tests, Match head)
    {
        int callStart = head.Index + head.Length;
        int open = tests.IndexOf('(', callStart);
        int callEnd = open < 0 || !IsName(tests.AsSpan(callStart, open - callStart)) ? -1 : SkipGroup(tests, open);
        if (callEnd < 0)
        {
            return null;
        }

        Match comparison = dialect.Operator.Match(tests, callEnd);
        if (!comparison.Success || comparison.Index != callEnd)
        {
            return null;
        }

        int expectedStart = callEnd + comparison.Length;
        int expectedEnd = SkipExpression(dialect, tests, expectedStart);
        Match tail = dialect.Tail.Match(tests, Math.Max(expectedEnd, 0));
        return expectedEnd <= expectedStart || !tail.Success || tail.Index != expectedEnd
            ? null
            : new TestStatement(
                head.Index,
                tail.Index + tail.Length,
                tests[callStart..callEnd],
                new Comparison(comparison.Value, tests[expectedStart..expectedEnd])
            );
    }

    /// <summary>Whether a text can name what is called; in Bash that is only a dollar sign.</summary>
    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (!char.IsLetterOrDigit(character) && character is not ('_' or '.' or ':' or '$'))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    /// <summary>Where a group of brackets ends that starts at a place; -1 if it doesn't end.</summary>
    private static int SkipGroup(string text, int open)
    {
        int depth = 0;
        for (int at = open; at >= 0 && at < text.Length; at = Next(text, at))
        {
            depth +=
                text[at] is '(' or '[' or '{' ? 1
                : text[at] is ')' or ']' or '}' ? -1
                : 0;
            if (depth == 0)
            {
                return at + 1;
            }
        }

        return -1;
    }

    /// <summary>Where an expression ends: at the first place outside brackets where the tail fits; -1 if there is none.</summary>
    private static int SkipExpression(ProgramDialect dialect, string text, int start)
    {
        for (int at = start; at >= 0 && at < text.Length; )
        {
            Match tail = dialect.Tail.Match(text, at);
            if (!tail.Success)
            {
                return -1;
            }

            if (tail.Index == at)
            {
                return at;
            }

            if (text[at] is ')' or ']' or '}')
            {
                return -1;
            }

            at = text[at] is '(' or '[' or '{' ? SkipGroup(text, at) : Next(text, at);
        }

        return -1;
    }

    /// <summary>The place after a character, or after a quoted text that starts there; -1 if the quotes don't end.</summary>
    private static int Next(string text, int at)
    {
        char quote = text[at];
        if (quote is not ('"' or '\'' or '`'))
        {
            return at + 1;
        }

        for (int inside = at + 1; inside < text.Length; inside++)
        {
            if (text[inside] == '\\')
            {
                inside++;
            }
            else if (text[inside] == quote)
            {
                return inside + 1;
            }
        }

        return -1;
    }
}
