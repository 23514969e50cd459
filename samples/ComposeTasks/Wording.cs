using ReflectionCoder.Samples.ComposeTasks.Operations;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>Says in words what a function is to do.</summary>
/// <param name="random">Chooses the words.</param>
/// <param name="phrases">How many of each operation's three wordings to choose from: the first ones.</param>
internal sealed class Wording(SeededRandom random, int phrases = 3)
{
    private static readonly string[] Verbs = ["make", "get", "find", "form", "build", "work_out", "derive", "give"];
    private static readonly string[] Nouns = ["result", "answer", "value", "output", "outcome", "reply", "solution", "thing"];
    private static readonly string[] Vocabulary =
    [
        .. OperationCatalog
            .All.SelectMany(operation => operation.Phrases)
            .SelectMany(phrase => phrase.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.All(char.IsLetter))
            .Distinct(),
    ];

    /// <summary>A name for the function.</summary>
    public string Name() => $"{random.Pick(Verbs)}_{random.Pick(Nouns)}";

    /// <summary>The instruction.</summary>
    public string Instruction(string name, Composition composition) => Instruction(name, composition, Describe);

    /// <summary>
    /// An instruction that doesn't tell: instead of each step a few words that mean nothing, or another operation in a wording that isn't
    /// among the first ones. Only who knows it from elsewhere can follow it.
    /// </summary>
    public string Jargon(string name, Composition composition)
    {
        bool words = random.Chance(0.4);
        return Instruction(name, composition, step => words ? Chatter(random.Between(2, 5)) : Foreign(step.Operation.From));
    }

    /// <summary>Words that mean nothing.</summary>
    public string Chatter(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => random.Pick(Vocabulary)));

    /// <summary>The steps in a sentence, without what stands around them in an instruction.</summary>
    public string Explanation(Composition composition) => Sequence([.. composition.Steps.Select(Describe)]);

    private string Instruction(string name, Composition composition, Func<Step, string> describe)
    {
        string function = $"`{name}({Composition.VariableOf(composition.From)})`";
        string input = Describe(composition.From);
        string[] steps = [.. composition.Steps.Select(describe)];
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

    private string Foreign(ValueType from)
    {
        Operation operation = random.Pick(OperationCatalog.Taking(from));
        object parameter = operation.Parameters is { } parameters ? random.Pick(parameters) : "";
        return Operation.Describe(operation.Phrases[random.Between(phrases, operation.Phrases.Length - 1)], parameter);
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
    public string Describe(Step step) => Operation.Describe(step.Operation.Phrases[random.Next(phrases)], step.Parameter);
}
