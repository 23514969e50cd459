using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction;

/// <summary>The parts of a Python traceback.</summary>
/// <param name="Type">Type of the exception, such as <c>AssertionError</c>.</param>
/// <param name="Message">The exception's message; empty if it has none.</param>
/// <param name="Statement">
/// The outermost line of the program in the traceback, such as an assert; for a syntax error the wrong line. Empty if no line is shown.
/// </param>
/// <param name="Raised">
/// The innermost line of the program in the traceback. Equal to <paramref name="Statement"/> if the error didn't happen in a function.
/// </param>
public sealed partial record PythonErrorReport(string Type, string Message, string Statement, string Raised)
{
    /// <summary>The last line of the traceback: <c>Type: Message</c>, or the type alone if there is no message.</summary>
    public string Headline => Message.Length == 0 ? Type : $"{Type}: {Message}";

    /// <summary>Whether Python could not read the program, and so didn't run it.</summary>
    public bool IsSyntaxError => Type is "SyntaxError" or "IndentationError" or "TabError";

    /// <summary>Reads a traceback.</summary>
    /// <param name="standardError">What Python printed to standard error.</param>
    /// <returns>The parts of the last traceback; null if the text holds none.</returns>
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

            // The first file is the program. Lines of other files belong to Python's library.
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
