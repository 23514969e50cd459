using System.Globalization;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ReasoningTasks.Derivations;
using ReflectionCoder.Samples.ReasoningTasks.Verification;

namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>An event with its numbers.</summary>
internal sealed record StoryEvent(Operation Operation, Parameters Parameters);

/// <summary>A number of something and what happens to it, with the derivation of what there is in the end.</summary>
/// <param name="Start">The number in the beginning.</param>
/// <param name="Events">At least one, each of which takes what the one before gives.</param>
/// <param name="Steps">The derivation.</param>
/// <param name="Checks">What it is held to.</param>
internal sealed record Story(long Start, IReadOnlyList<StoryEvent> Events, IReadOnlyList<DerivationStep> Steps, DerivationChecks Checks)
{
    private const long Largest = 9999;
    private static readonly Quantity[] Quantities = Enum.GetValues<Quantity>();
    private static readonly DerivationVerifier Verifier = new();

    /// <summary>The events' operations.</summary>
    public IReadOnlyList<Operation> Operations => [.. Events.Select(one => one.Operation)];

    /// <summary>The derivation's lines.</summary>
    public string Derivation => string.Join('\n', Steps);

    /// <summary>The derivation with its checks: what is shown and verified.</summary>
    public string Program => $"{Derivation}\n\n{string.Join('\n', Checks.Lines)}";

    /// <summary>Draws a story of so many events that belongs where it shall.</summary>
    public static Story Draw(int length, Func<IReadOnlyList<Operation>, bool> belongs, SeededRandom random)
    {
        while (true)
        {
            List<Operation> operations = [];
            Quantity quantity = random.Pick(Quantities);
            while (operations.Count < length)
            {
                operations.Add(random.Pick(OperationCatalog.Taking(quantity)));
                quantity = operations[^1].To;
            }

            if (belongs(operations) && TryDraw(operations, random) is { } story)
            {
                return story;
            }
        }
    }

    /// <summary>Finds numbers; null where these don't suit.</summary>
    private static Story? TryDraw(List<Operation> operations, SeededRandom random)
    {
        long start = operations[0].From switch
        {
            Quantity.Things => random.Between(6, 90),
            Quantity.Boxes => random.Between(4, 40),
            _ => random.Between(20, 200),
        };
        List<StoryEvent> events = [];
        List<DerivationStep> steps = [];
        Dictionary<string, long> values = [];
        string current = Text(start);
        foreach (Operation operation in operations)
        {
            if (operation.Draw(ValueOf(current, values), random) is not { } drawn)
            {
                return null;
            }

            events.Add(new StoryEvent(operation, drawn));
            string first = "";
            foreach (string line in operation.Lines)
            {
                DerivationStep step = Fill(line, current, first, drawn, values);
                (long left, long right) = (ValueOf(step.Left, values), ValueOf(step.Right, values));
                if (Arithmetic.Apply(step.Operator, left, right) is not (>= 1 and <= Largest and var value, null))
                {
                    return null;
                }

                values.Add(step.Name, value);
                steps.Add(step);
                first = first.Length == 0 ? step.Name : first;
            }

            current = steps[^1].Name;
        }

        long[] reached = [.. steps.Select(step => values[step.Name])];
        steps[^1] = steps[^1] with { Name = DerivationVerifier.Answer };
        long[] given = [start, .. events.SelectMany(Numbers)];
        Story story = new(start, events, steps, new DerivationChecks(given, reached, reached[^1]));
        return given.Distinct().Count() == given.Length && story.TellsOperatorsApart() ? story : null;
    }

    private static IEnumerable<long> Numbers(StoryEvent one) =>
        one.Parameters.J > 0 ? [one.Parameters.K, one.Parameters.J] : [one.Parameters.K];

    private static DerivationStep Fill(string line, string current, string first, Parameters drawn, Dictionary<string, long> values)
    {
        string filled = line.Replace("{x}", current, StringComparison.Ordinal)
            .Replace("{1}", first, StringComparison.Ordinal)
            .Replace("{k}", Text(drawn.K), StringComparison.Ordinal)
            .Replace("{j}", Text(drawn.J), StringComparison.Ordinal);
        DerivationStep step = DerivationStep.Read(filled)![0];

        // A name that is taken gets a number.
        string name = step.Name;
        for (int i = 2; values.ContainsKey(name); i++)
        {
            name = $"{step.Name}{i}";
        }

        return step with
        {
            Name = name,
        };
    }

    /// <summary>Whether each of the four basic operators in another's place fails, as in 2 + 2 it wouldn't.</summary>
    private bool TellsOperatorsApart()
    {
        string checks = string.Join('\n', Checks.Lines);
        return Steps
            .Index()
            .Where(step => step.Item.Operator is "+" or "-" or "*")
            .All(step =>
                ((string[])["+", "-", "*", "/"])
                    .Where(other => other != step.Item.Operator)
                    .All(other =>
                        !Verifier
                            .Verify(
                                string.Join('\n', Steps.Select((one, i) => i == step.Index ? one with { Operator = other } : one))
                                    + $"\n\n{checks}"
                            )
                            .Passed
                    )
            );
    }

    private static long ValueOf(string operand, Dictionary<string, long> values) =>
        values.TryGetValue(operand, out long value) ? value : long.Parse(operand, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
