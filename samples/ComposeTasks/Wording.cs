using ReflectionCoder.Samples.ComposeTasks.Operations;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>Says in words what a function is to do.</summary>
/// <param name="random">Chooses the words.</param>
internal sealed class Wording(SeededRandom random)
{
    private static readonly string[] Verbs = ["make", "get", "find", "form", "build", "work_out", "derive", "give"];
    private static readonly string[] Nouns = ["result", "answer", "value", "output", "outcome", "reply", "solution", "thing"];

    /// <summary>A name for the function.</summary>
    public string Name() => $"{random.Pick(Verbs)}_{random.Pick(Nouns)}";

    /// <summary>The instruction.</summary>
    public string Instruction(string name, Composition composition)
    {
        string function = $"`{name}({Composition.VariableOf(composition.From)})`";
        string input = Describe(composition.From);
        string[] steps = [.. composition.Steps.Select(Describe)];
        string listed = string.Join(", then ", steps);
        string numbered = string.Join('\n', steps.Select((step, i) => $"{i + 1}. {Capital(step)}."));
        return random.Next(4) switch
        {
            0 => $"Write a Python function {function} that takes {input} and returns what comes of these steps: {listed}.",
            1 => $"Write a Python function {function}. Given {input}, {Sequence(steps)}. Return the result.",
            2 => $"Define {function} in Python for {input}: {string.Join("; ", steps)}.",
            _ => $"Write a Python function {function}. The argument is {input}.\n{numbered}",
        };
    }

    private static string Sequence(string[] steps) =>
        steps.Length == 1 ? steps[0]
        : steps.Length == 2 ? $"first {steps[0]}, then {steps[1]}"
        : $"first {string.Join(", then ", steps.SkipLast(1))}, and finally {steps[^1]}";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Describe(ValueType type) =>
        type switch
        {
            ValueType.Numbers => "a list of whole numbers",
            ValueType.Words => "a list of words",
            ValueType.Text => "a text",
            ValueType.Number => "a whole number",
            _ => "a dictionary of words to whole numbers",
        };

    /// <summary>One step, in one of its wordings.</summary>
    public string Describe(Step step) => Operation.Describe(random.Pick(step.Operation.Phrases), step.Parameter);
}
