using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>A program of a session.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Instruction">What was asked.</param>
/// <param name="Text">The function.</param>
/// <param name="Tests">What is run after it.</param>
/// <param name="Output">What that prints.</param>
internal sealed record SessionProgram(string Name, string Instruction, string Text, string Tests, string Output)
{
    /// <summary>What it consists of; null where it holds data only.</summary>
    public Composition? Composition { get; private init; }

    /// <summary>What is said of it before it is written.</summary>
    public string Plan { get; init; } = "";

    /// <summary>The message that shows it and its run.</summary>
    public Message Run =>
        new(
            MessageRole.Assistant,
            [
                .. Plan.Length == 0 ? Array.Empty<Block>() : [new Block(BlockType.Text, Plan)],
                new Block(BlockType.Code, $"{Text}\n\n{Tests}"),
                new Block(BlockType.Execution, Output + "\n"),
            ]
        );

    /// <summary>The same with its lines told beforehand.</summary>
    public SessionProgram WithPlan() =>
        this with
        {
            Plan = $"I write the function: {string.Join(", then ", Text.Split('\n').Skip(1).Select(line => $"`{line.Trim()}`"))}.",
        };

    /// <summary>A composition with its tests. It prints the value of a call, or a sentence.</summary>
    public static SessionProgram Of(
        string name,
        string instruction,
        Composition composition,
        IReadOnlyList<TestCase> cases,
        bool printsValue
    )
    {
        string tests = string.Join('\n', cases.Select(test => test.Assert(name)));
        string text = composition.Write(name);
        SessionProgram program = printsValue
            ? new(name, instruction, text, $"print({name}({PythonLiteral.Of(cases[0].Input)}))\n{tests}", Printed(cases[0].Output))
            : new(name, instruction, text, $"{tests}\nprint(\"All tests passed.\")", "All tests passed.");
        return program with { Composition = composition };
    }

    /// <summary>
    /// A function that returns data. Nobody can guess them, so whoever is to write it again has to look back: what a small model learns
    /// late from programs that it could as well derive.
    /// </summary>
    public static SessionProgram OfData(string name, SeededRandom random)
    {
        ValueType[] types = [ValueType.Numbers, ValueType.Words, ValueType.Table];
        List<string> lines = [$"def {name}():"];
        object value = "";
        ValueType type = ValueType.Numbers;
        for (int count = random.Between(1, 3); count > 0; count--)
        {
            type = random.Pick(types);
            value = Inputs.Draw(type, random);
            lines.Add($"    {Composition.VariableOf(type)} = {PythonLiteral.Of(value)}");
        }

        string variable = Composition.VariableOf(type);
        lines.Add($"    return {variable}");
        return new SessionProgram(
            name,
            $"Write a Python function `{name}()` that returns some {variable}.",
            string.Join('\n', lines),
            $"print({name}())",
            Printed(value)
        );
    }

    /// <summary>A text stands without quotes where it is printed by itself.</summary>
    private static string Printed(object value) => value as string ?? PythonLiteral.Of(value);
}
