using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>A program of a session.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Instruction">What was asked.</param>
/// <param name="Text">The function.</param>
/// <param name="Tests">What is run after it.</param>
/// <param name="Output">What that prints.</param>
/// <param name="Composition">What it consists of.</param>
internal sealed record SessionProgram(string Name, string Instruction, string Text, string Tests, string Output, Composition Composition)
{
    /// <summary>What is said of it before it is written.</summary>
    public string Plan { get; init; } = "";

    /// <summary>What is said after it was run, before it is run once more; empty if it is run once.</summary>
    public string Remark { get; init; } = "";

    /// <summary>The blocks that show it and its runs.</summary>
    public IReadOnlyList<Block> Run =>
        [
            .. Plan.Length == 0 ? Array.Empty<Block>() : [new Block(BlockType.Text, Plan)],
            .. Once,
            .. Remark.Length == 0 ? Array.Empty<Block>() : [new Block(BlockType.Text, Remark), .. Once],
        ];

    private Block[] Once => [new Block(BlockType.Code, $"{Text}\n\n{Tests}"), new Block(BlockType.Execution, Output + "\n")];

    /// <summary>Its lines, as a plan tells them.</summary>
    public string Lines => string.Join(", then ", Text.Split('\n').Skip(1).Select(line => $"`{line.Trim()}`"));

    /// <summary>Its last line, as a plan tells it.</summary>
    public string LastLine => $"return `{Text.Split('\n')[^1].Trim()["return ".Length..]}`";

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
        (string run, string output) = printsValue
            ? ($"print({name}({PythonLiteral.Of(cases[0].Input)}))\n{tests}", Printed(cases[0].Output))
            : ($"{tests}\nprint(\"All tests passed.\")", "All tests passed.");
        return new SessionProgram(name, instruction, text, run, output, composition);
    }

    /// <summary>A text stands without quotes where it is printed by itself.</summary>
    private static string Printed(object value) => value as string ?? PythonLiteral.Of(value);
}
