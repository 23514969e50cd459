using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Reads the errors of the compilers of C# and TypeScript.</summary>
internal static partial class CompilerErrors
{
    /// <summary>The first error; null if the text holds none.</summary>
    public static ErrorReport? Read(string output, string program, string file)
    {
        foreach (string line in output.Split('\n'))
        {
            Match match = Error().Match(line.TrimEnd());
            if (match.Success)
            {
                string wrong = ProgramLines.Named(match, program, file) ?? "";
                return new ErrorReport(match.Groups["type"].Value, match.Groups["message"].Value, wrong, wrong) { IsSyntaxError = true };
            }
        }

        return null;
    }

    [GeneratedRegex(@"^(?<file>[^(]+)\((?<line>\d+),\d+\): error (?<type>[A-Z]+\d+): (?<message>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Error();
}
