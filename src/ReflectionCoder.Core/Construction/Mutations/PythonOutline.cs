using System.Globalization;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations;

/// <summary>Describes in words how a solution works, from its source alone.</summary>
internal static class PythonOutline
{
    private const int MaxSteps = 3;
    private const int MaxShown = 44;

    /// <summary>
    /// The steps as one phrase, such as "go through `items` with a `for` loop, build up the list `result` and return it".
    /// </summary>
    public static string Describe(PythonSource source, string? entryPoint)
    {
        List<string> steps = [];
        PythonFunction? function = source.Functions.FirstOrDefault(f => f.Name == entryPoint);
        if (function is { IsRecursive: true })
        {
            steps.Add($"let `{entryPoint}` call itself on a smaller part");
        }

        foreach (PythonLine line in source.Lines)
        {
            if (Step(source, line) is { Length: > 0 } step && !steps.Contains(step) && steps.Count < MaxSteps)
            {
                steps.Add(step);
            }
        }

        PythonLine last = source.Lines[^1];
        if (source.Is(last.First, "return") && last.Last > last.First)
        {
            string value = source.Between(last.First + 1, last.Last);
            steps.Add(value.Length <= MaxShown ? $"return `{value}`" : "return the result");
        }

        return steps.Count switch
        {
            0 => "compute the result directly",
            1 => steps[0],
            _ => string.Join(", ", steps.Take(steps.Count - 1)) + " and " + steps[^1],
        };
    }

    private static string Step(PythonSource source, PythonLine line)
    {
        switch (source.Code[line.First].Text)
        {
            case "for" when source.IsHeader(line):
                int into = Enumerable.Range(line.First, line.Last - line.First).First(i => source.Is(i, "in"));
                return Shown("go through `{0}` with a `for` loop", source.Between(into + 1, line.Last - 1), "use a `for` loop");
            case "while" when source.IsHeader(line):
                return Shown("repeat while `{0}` holds", source.Between(line.First + 1, line.Last - 1), "use a `while` loop");
            case "if" when source.IsHeader(line) && source.ParentOf(line) is { } parent && source.Is(parent.First, "def"):
                return Shown("treat the case `{0}`", source.Between(line.First + 1, line.Last - 1), "");
        }

        if (source.Code[line.First].Kind == PythonTokenKind.Name && source.Is(line.First + 1, "=") && line.Last == line.First + 3)
        {
            string name = source.Code[line.First].Text;
            return source.Between(line.First + 2, line.Last) switch
            {
                "[]" => $"collect values in the list `{name}`",
                "{}" => $"keep values in the dictionary `{name}`",
                _ => "",
            };
        }

        return line.Last == line.First + 2 && source.Is(line.First + 1, "=") && source.Is(line.Last, "\"\"")
            ? $"build up the string `{source.Code[line.First].Text}`"
            : "";
    }

    private static string Shown(string format, string code, string without) =>
        code.Length <= MaxShown ? string.Format(CultureInfo.InvariantCulture, format, code) : without;
}
