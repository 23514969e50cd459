using System.Text.RegularExpressions;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ComposeTasks.Operations;

namespace ReflectionCoder.Tests.Samples;

/// <summary>Reads from a solution's text which operations it consists of, without what its task says of itself.</summary>
internal static class OperationReader
{
    private static readonly (Operation Operation, Regex Middle, Regex Last)[] Forms =
    [
        .. OperationCatalog.All.Select(operation =>
            (operation, Form(operation, $"{Composition.VariableOf(operation.To)} = "), Form(operation, "return "))
        ),
    ];

    /// <summary>The operations in order; null if the text is no composition.</summary>
    public static IReadOnlyList<Operation>? Read(string solution)
    {
        int body = solution.IndexOf('\n', StringComparison.Ordinal) + 1;
        return Read(solution.TrimEnd('\n'), body, []);
    }

    private static List<Operation>? Read(string solution, int start, List<Operation> before)
    {
        foreach ((Operation operation, Regex middle, Regex last) in Forms)
        {
            if (before.Count > 0 && before[^1].To != operation.From)
            {
                continue;
            }

            if (last.Match(solution, start) is { Success: true } end && end.Index + end.Length == solution.Length)
            {
                return [.. before, operation];
            }

            if (middle.Match(solution, start) is { Success: true } found)
            {
                if (Read(solution, found.Index + found.Length, [.. before, operation]) is { } read)
                {
                    return read;
                }
            }
        }

        return null;
    }

    private static Regex Form(Operation operation, string opening)
    {
        IEnumerable<string> lines = operation
            .Write(Composition.VariableOf(operation.From), "\0")
            .Select((line, i) => "    " + (i + 1 == operation.Code.Length ? opening : "") + line);
        string pattern = Regex.Escape(string.Join('\n', lines) + "\n").Replace("'\0'", "('[^']*'|[0-9]+)", StringComparison.Ordinal);
        return new Regex(@"\G" + pattern[..^2] + @"(\n|\z)", RegexOptions.CultureInvariant);
    }
}
