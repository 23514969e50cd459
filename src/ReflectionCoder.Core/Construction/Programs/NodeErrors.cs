using System.Globalization;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Reads the errors that Node.js prints.</summary>
internal static partial class NodeErrors
{
    /// <summary>The parts of an error that nothing caught; null if the text holds none.</summary>
    /// <param name="standardError">What Node.js printed.</param>
    /// <param name="program">The program, whose lines the stack names.</param>
    /// <param name="file">Name of the program's file.</param>
    public static ErrorReport? Read(string standardError, string program, string file)
    {
        string[] lines = standardError.TrimEnd('\n').Split('\n');
        int headline = Array.FindIndex(lines, line => ErrorLine().IsMatch(line));
        if (headline < 0)
        {
            return null;
        }

        Match match = ErrorLine().Match(lines[headline]);
        string type = match.Groups["type"].Value;
        List<string> frames =
        [
            .. lines.Skip(headline + 1).Select(line => ProgramLines.Named(Frame().Match(line), program, file)).OfType<string>(),
        ];

        // The place above the error has the line too, and is all that there is for a program that can't be read.
        string? shown = lines
            .Take(headline)
            .Select(line => ProgramLines.Named(Place().Match(line), program, file))
            .OfType<string>()
            .FirstOrDefault();
        bool unread = type == "SyntaxError" && frames.Count == 0;
        return new ErrorReport(
            type,
            match.Groups["message"].Value.TrimEnd(':'),
            frames.Count > 0 ? frames[^1] : shown ?? "",
            frames.Count > 0 ? frames[0] : shown ?? ""
        )
        {
            IsSyntaxError = unread,
            IsFailedTest = type == "AssertionError",
            Actual = Value("actual"),
            Expected = Value("expected"),
        };

        string? Value(string name)
        {
            string start = $"  {name}: ";
            string? line = lines.Skip(headline).LastOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
            return line is not null && type == "AssertionError" && line.EndsWith(',') ? line[start.Length..^1] : null;
        }
    }

    [GeneratedRegex(
        @"^(Uncaught )?(?<type>[A-Za-z_$][\w$]*(Error|Exception))( \[\w+\])?(: (?<message>.*))?$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@"^\s+at (.*\()?(?<file>[^():\s]+):(?<line>\d+):\d+\)?( \{)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Frame();

    [GeneratedRegex(@"^(?<file>[^():\s]+):(?<line>\d+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();
}

/// <summary>Finds the lines of a program that an error names.</summary>
internal static class ProgramLines
{
    /// <summary>The line that a match of file and line names; null if it names another file or no line of the program.</summary>
    public static string? Named(Match match, string program, string file)
    {
        if (!match.Success || Path.GetFileName(match.Groups["file"].Value) != file)
        {
            return null;
        }

        string[] lines = program.Split('\n');
        bool known = int.TryParse(match.Groups["line"].ValueSpan, CultureInfo.InvariantCulture, out int number);
        return known && number >= 1 && number <= lines.Length ? lines[number - 1].Trim() : null;
    }
}
