using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Reads what .NET prints of an exception that nothing caught, and of a failed <c>Debug.Assert</c>.</summary>
internal static partial class DotNetErrors
{
    /// <summary>The parts of the error; null if the text holds none.</summary>
    public static ErrorReport? Read(string standardError, string program, string file)
    {
        string[] lines = [.. standardError.Split('\n').Select(line => line.TrimEnd())];
        List<string> frames = [.. lines.Select(line => ProgramLines.Named(Frame().Match(line), program, file)).OfType<string>()];
        string raised = frames.Count > 0 ? frames[0] : "";
        string statement = frames.Count > 0 ? frames[^1] : "";
        int assertion = Array.IndexOf(lines, "Assertion failed.");
        if (assertion >= 0)
        {
            string message = assertion + 1 < lines.Length && !Frame().IsMatch(lines[assertion + 1]) ? lines[assertion + 1].Trim() : "";
            return new ErrorReport("Assertion failed", message, statement, raised) { IsFailedTest = true };
        }

        Match? match = lines.Select(line => Exception().Match(line)).FirstOrDefault(match => match.Success);
        return match is null ? null : new ErrorReport(match.Groups["type"].Value, match.Groups["message"].Value, statement, raised);
    }

    [GeneratedRegex(@"^Unhandled exception\. (?<type>[\w.`+]+)(: (?<message>.*))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Exception();

    [GeneratedRegex(@"^\s+at .* in (?<file>.+):line (?<line>\d+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Frame();
}
