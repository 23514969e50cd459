namespace ReflectionCoder.Languages.Programs;

/// <summary>Describes in words how a program works, from its source alone.</summary>
internal static class ProgramOutline
{
    private const int MaxSteps = 3;
    private const int MaxShown = 44;

    /// <summary>Methods that make the shape of a solution.</summary>
    private static readonly HashSet<string> Shaping =
    [
        .. (string[])["map", "filter", "reduce", "sort", "split", "join", "flatMap", "replace", "some", "every", "match", "find"],
        .. (string[])
            ["Select", "Where", "Aggregate", "OrderBy", "GroupBy", "Split", "Join", "SelectMany", "Zip", "Any", "All", "Sum", "Range"],
    ];

    /// <summary>The steps as one phrase in the imperative, such as "go through `items` with a loop and return `total`".</summary>
    public static string Describe(ProgramModel program, string? entryPoint)
    {
        FunctionPart? function =
            program.Functions.FirstOrDefault(one => one.Name == entryPoint && one.Name.Length > 0)
            ?? program.Functions.LastOrDefault(one => one.Outer is null && one.Body.Count > 0);
        List<string> steps = [];
        if (function is { IsRecursive: true })
        {
            steps.Add($"let `{function.Name}` call itself on a smaller part");
        }

        foreach (Statement statement in program.Statements.Where(one => function is null || function.Whole.Contains(one.Whole)))
        {
            if (Step(program, statement) is { Length: > 0 } step && !steps.Contains(step) && steps.Count < MaxSteps)
            {
                steps.Add(step);
            }
        }

        string[] methods =
        [
            .. program
                .Calls.Where(call => Shaping.Contains(call.Name) && function?.Whole.Contains(call.Whole) != false)
                .Select(call => $"`{call.Name}`")
                .Distinct()
                .Take(MaxSteps),
        ];
        if (steps.Count < MaxSteps && methods.Length > 0)
        {
            steps.Add(methods.Length == 1 ? $"use {methods[0]}" : $"use {string.Join(", ", methods[..^1])} and {methods[^1]}");
        }

        if (function?.Body is [.., { Kind: StatementKind.Return, Value: { } value }])
        {
            string? shown = Shown(program, value);
            steps.Add(shown is null ? "return the result" : $"return {shown}");
        }

        return steps.Count switch
        {
            0 => "compute the result directly",
            1 => steps[0],
            _ => string.Join(", ", steps.Take(steps.Count - 1)) + " and " + steps[^1],
        };
    }

    private static string Step(ProgramModel program, Statement statement)
    {
        string? condition = statement.Condition is { } part ? Shown(program, part) : null;
        switch (statement.Kind)
        {
            case StatementKind.ForEach:
                return condition is null ? "use a loop" : $"go through {condition} with a loop";
            case StatementKind.For:
                return condition is null ? "use a `for` loop" : $"count in a `for` loop while {condition} holds";
            case StatementKind.While:
                return condition is null ? "use a `while` loop" : $"repeat while {condition} holds";
            case StatementKind.If when statement.Owner is null:
                return condition is null ? "" : $"treat the case {condition}";
            case StatementKind.Declaration:
                Variable? variable = program.Variables.FirstOrDefault(one => one.Declaration == statement);
                return variable is { Value: { } value, IsReassigned: true } && program.Source[value] is "\"\"" or "''"
                        ? $"build up the string `{variable!.Name}`"
                    : variable is { Value: { } list } && program.Source[list] is "[]" ? $"collect values in `{variable.Name}`"
                    : "";
            default:
                return "";
        }
    }

    private static string? Shown(ProgramModel program, Extent part)
    {
        string code = program.Source[part];
        return code.Length <= MaxShown && program.Source.IsOneLine(part) ? Mistakes.Quoting.Quote(code) : null;
    }
}
