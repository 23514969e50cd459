using System.Diagnostics.CodeAnalysis;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>An input and what the function returns for it.</summary>
internal sealed record TestCase(object Input, object Output)
{
    public string Assert(string name) => $"assert {name}({PythonLiteral.Of(Input)}) == {PythonLiteral.Of(Output)}";

    /// <summary>Whether another composition passes the test too.</summary>
    public bool IsPassedBy(Composition composition) =>
        composition.Run(Input) is { } output && PythonLiteral.Of(output) == PythonLiteral.Of(Output);
}

/// <summary>Finds inputs that tell a composition from its near misses.</summary>
internal static class TestCases
{
    private const int Count = 3;
    private const int Trials = 24;

    /// <summary>Draws a composition of a length that belongs where it shall, with its cases.</summary>
    public static (Composition Composition, IReadOnlyList<TestCase> Cases) Draw(
        int length,
        Func<Composition, bool> belongs,
        SeededRandom random
    )
    {
        while (true)
        {
            Composition composition = Composition.Draw(length, random);
            if (belongs(composition) && TryDraw(composition, random, out IReadOnlyList<TestCase>? cases))
            {
                return (composition, cases);
            }
        }
    }

    /// <summary>Draws three cases with different outputs, one of which fails for each near miss.</summary>
    /// <returns>False where that doesn't succeed.</returns>
    public static bool TryDraw(Composition composition, SeededRandom random, [NotNullWhen(true)] out IReadOnlyList<TestCase>? cases)
    {
        List<TestCase> drawn = [];
        HashSet<string> outputs = [];
        for (int trial = 0; trial < Trials && drawn.Count < Count; trial++)
        {
            object input = Inputs.Draw(composition.From, random);
            if (composition.Run(input) is { } output && outputs.Add(PythonLiteral.Of(output)))
            {
                drawn.Add(new TestCase(input, output));
            }
        }

        cases = drawn.Count == Count && composition.NearMisses().All(other => drawn.Any(test => !test.IsPassedBy(other))) ? drawn : null;
        return cases is not null;
    }
}
