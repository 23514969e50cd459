using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Reads Python tracebacks.</summary>
internal static partial class PythonErrors
{
    /// <summary>The parts of the last traceback; null if the text holds none.</summary>
    public static ErrorReport? Read(string standardError)
    {
        string[] lines = standardError.TrimEnd('\n').Split('\n');
        int last = Array.FindLastIndex(lines, line => ExceptionLine().IsMatch(line));
        if (last < 0)
        {
            return null;
        }

        Match match = ExceptionLine().Match(lines[last]);
        string statement = "";
        string raised = "";
        string file = "";
        for (int i = 0; i + 1 < last; i++)
        {
            Match frame = Frame().Match(lines[i]);
            if (!frame.Success || lines[i + 1].TrimStart().StartsWith("File ", StringComparison.Ordinal))
            {
                continue;
            }

            // The first file is the program. Lines of other files belong to Python's library.
            if (file.Length == 0 || frame.Groups["file"].Value == file)
            {
                file = frame.Groups["file"].Value;
                raised = lines[i + 1].Trim();
                statement = statement.Length == 0 ? raised : statement;
            }
        }

        string type = match.Groups["type"].Value;
        return new ErrorReport(type, match.Groups["message"].Value, statement, raised)
        {
            IsSyntaxError = type is "SyntaxError" or "IndentationError" or "TabError",
            IsFailedTest = type == "AssertionError",
        };
    }

    [GeneratedRegex(
        @"^(?<type>[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit|Iteration|Warning))(: (?<message>.*))?$",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex ExceptionLine();

    [GeneratedRegex("^  File \"(?<file>[^\"]*)\", line \\d+(, in .*)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Frame();
}
