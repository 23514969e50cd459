using ReflectionCoder.Samples.ComposeTasks.Operations;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>An operation with its parameter.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Parameter">One of its parameters; an empty string where it has none.</param>
internal sealed record Step(Operation Operation, object Parameter);

/// <summary>Operations one after the other, each of which takes what the one before gives.</summary>
/// <param name="Steps">At least one.</param>
internal sealed record Composition(IReadOnlyList<Step> Steps)
{
    private static readonly ValueType[] Types = Enum.GetValues<ValueType>();

    /// <summary>What the function takes.</summary>
    public ValueType From => Steps[0].Operation.From;

    /// <summary>The name of the variable that holds a value of a type, in instruction and code.</summary>
    public static string VariableOf(ValueType type) =>
        type switch
        {
            ValueType.Numbers => "numbers",
            ValueType.Words => "words",
            ValueType.Text => "text",
            ValueType.Number => "n",
            _ => "table",
        };

    /// <summary>Draws operations that fit together.</summary>
    public static Composition Draw(int length, SeededRandom random)
    {
        List<Step> steps = [];
        ValueType type = random.Pick(Types);
        while (steps.Count < length)
        {
            Operation operation = random.Pick(OperationCatalog.Taking(type));
            steps.Add(new Step(operation, operation.Parameters is { } parameters ? random.Pick(parameters) : ""));
            type = operation.To;
        }

        return new Composition(steps);
    }

    /// <summary>The Python function.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="comment">The comment above each step; null for none.</param>
    public string Write(string name, Func<Step, string>? comment = null)
    {
        List<string> lines = [$"def {name}({VariableOf(From)}):"];
        foreach ((int i, Step step) in Steps.Index())
        {
            string[] code = step.Operation.Write(VariableOf(step.Operation.From), step.Parameter);
            if (comment is not null)
            {
                lines.Add($"    # {comment(step)}");
            }

            lines.AddRange(code.SkipLast(1).Select(line => "    " + line));
            lines.Add(i + 1 == Steps.Count ? $"    return {code[^1]}" : $"    {VariableOf(step.Operation.To)} = {code[^1]}");
        }

        return string.Join('\n', lines);
    }

    /// <summary>What the function returns. Null where a value grows beyond what a test should show.</summary>
    public object? Run(object input)
    {
        foreach (Step step in Steps)
        {
            try
            {
                input = step.Operation.Apply(input, step.Parameter);
            }
            catch (OverflowException)
            {
                return null;
            }

            if (!IsSmall(input))
            {
                return null;
            }
        }

        return input;
    }

    /// <summary>Compositions that differ in one thing: a step is missing, or it has another parameter.</summary>
    public IEnumerable<Composition> NearMisses()
    {
        foreach ((int i, Step step) in Steps.Index())
        {
            if (Steps.Count > 1 && step.Operation.From == step.Operation.To)
            {
                yield return new Composition([.. Steps.Take(i), .. Steps.Skip(i + 1)]);
            }

            foreach (object other in step.Operation.Parameters?.Where(parameter => !parameter.Equals(step.Parameter)) ?? [])
            {
                yield return new Composition([.. Steps.Take(i), step with { Parameter = other }, .. Steps.Skip(i + 1)]);
            }
        }
    }

    private static bool IsSmall(object value) =>
        value switch
        {
            long number => Math.Abs(number) < 1_000_000,
            string text => text.Length <= 40,
            long[] numbers => numbers.Length <= 12 && numbers.All(number => Math.Abs(number) < 100_000),
            string[] words => words.Length <= 12 && words.Sum(word => word.Length) <= 40,
            (string, long)[] table => table.Length <= 6,
            _ => false,
        };
}
