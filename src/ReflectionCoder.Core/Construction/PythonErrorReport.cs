using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction;

/// <summary>What a Python traceback says.</summary>
/// <param name="Type">The exception's type, such as <c>AssertionError</c>.</param>
/// <param name="Message">Its message; empty when it has none.</param>
/// <param name="Statement">The top-level statement that was running; the faulty line of a syntax error; empty when not shown.</param>
/// <param name="Raised">The innermost line of the program that was running; the statement again when no function was entered.</param>
public sealed partial record PythonErrorReport(string Type, string Message, string Statement, string Raised)
{
    /// <summary>The type and, where there is one, the message.</summary>
    public string Headline => Message.Length == 0 ? Type : $"{Type}: {Message}";

    /// <summary>Whether Python could not read the program.</summary>
    public bool IsSyntaxError => Type is "SyntaxError" or "IndentationError" or "TabError";

    /// <summary>Reads standard error.</summary>
    /// <param name="standardError">What Python printed there.</param>
    /// <returns>The report; null when the text is no traceback.</returns>
    public static PythonErrorReport? Parse(string standardError)
    {
        ArgumentNullException.ThrowIfNull(standardError);
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

            // Lines of other files than the program's are the library's own.
            if (file.Length == 0 || frame.Groups["file"].Value == file)
            {
                file = frame.Groups["file"].Value;
                raised = lines[i + 1].Trim();
                statement = statement.Length == 0 ? raised : statement;
            }
        }

        return new PythonErrorReport(match.Groups["type"].Value, match.Groups["message"].Value, statement, raised);
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
