using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ReasoningTasks.Verification;

namespace ReflectionCoder.Samples.ReasoningTasks.Derivations;

/// <summary>Finds the mistakes that can be made in a derivation. Not each fails: the verifier tells.</summary>
/// <param name="steps">The right derivation.</param>
/// <param name="given">The numbers of the problem.</param>
internal sealed class MistakeFinder(IReadOnlyList<DerivationStep> steps, IReadOnlyList<long> given)
{
    private delegate IEnumerable<Mistake> Find(int step);

    /// <summary>The kinds, each with its mistakes; kinds without one are left out.</summary>
    /// <param name="random">Chooses between numbers and letters that are wrong in the same way.</param>
    public IReadOnlyList<IReadOnlyList<Mistake>> Kinds(SeededRandom random)
    {
        Find[] kinds =
        [
            WrongOperators,
            step => WrongOperands(step, random),
            SwappedOperands,
            SwappedSteps,
            MissingSteps,
            step => MisspeltNames(step, random),
            Malformed,
            OtherEnds,
        ];
        return
        [
            .. kinds
                .Select(find => (IReadOnlyList<Mistake>)[.. Enumerable.Range(0, steps.Count).SelectMany(step => find(step))])
                .Where(found => found.Count > 0),
        ];
    }

    private IEnumerable<Mistake> WrongOperators(int step) =>
        Arithmetic
            .Operators.Where(other => other != steps[step].Operator)
            .Select(other =>
                Within(
                    "wrong-operator",
                    step,
                    steps[step] with
                    {
                        Operator = other,
                    },
                    $"Step {step + 1} uses `{other}` where `{steps[step].Operator}` belongs"
                )
            );

    /// <summary>Another number of the problem, the same number misread, or another step's value.</summary>
    private IEnumerable<Mistake> WrongOperands(int step, SeededRandom random)
    {
        DerivationStep right = steps[step];
        foreach (bool isLeft in (bool[])[true, false])
        {
            string operand = isLeft ? right.Left : right.Right;
            string[] others = long.TryParse(operand, out long number)
                ? [.. given.Where(other => other != number).Select(other => $"{other}"), $"{number + random.Between(1, 3)}", $"{number}0"]
                : [.. steps.Take(step).Select(above => above.Name).Where(name => name != operand)];
            foreach (string other in others)
            {
                yield return Within(
                    "wrong-operand",
                    step,
                    isLeft ? right with { Left = other } : right with { Right = other },
                    $"Step {step + 1} takes `{other}` where `{operand}` belongs"
                );
            }
        }
    }

    private IEnumerable<Mistake> SwappedOperands(int step)
    {
        DerivationStep right = steps[step];
        if (right.Operator is not ("+" or "*"))
        {
            yield return Within(
                "swapped-operands",
                step,
                right with
                {
                    Left = right.Right,
                    Right = right.Left,
                },
                $"The two sides of `{right.Operator}` in step {step + 1} are the wrong way round"
            );
        }
    }

    private IEnumerable<Mistake> SwappedSteps(int step)
    {
        if (step + 2 < steps.Count && Uses(steps[step + 1], steps[step].Name))
        {
            yield return new Mistake(
                "swapped-steps",
                step,
                [$"{steps[step + 1]}", $"{steps[step]}"],
                $"`{steps[step + 1]}` uses `{steps[step].Name}`, which stands below it",
                "I swap the two steps"
            )
            {
                Replaced = 2,
            };
        }
    }

    private IEnumerable<Mistake> MissingSteps(int step)
    {
        if (steps.Count > 1)
        {
            yield return new Mistake("missing-step", step, [], $"The step `{steps[step]}` is missing", $"I put it in as step {step + 1}");
        }
    }

    private IEnumerable<Mistake> MisspeltNames(int step, SeededRandom random)
    {
        DerivationStep right = steps[step];
        foreach (bool isLeft in (bool[])[true, false])
        {
            string name = isLeft ? right.Left : right.Right;
            if (char.IsAsciiLetter(name[0]))
            {
                int at = random.Next(name.Length);
                string wrong = random.Chance(0.5) ? name.Remove(at, 1) : name.Insert(at, name[at..(at + 1)]);
                if (wrong.Length > 0 && char.IsAsciiLetter(wrong[0]) && steps.All(other => other.Name != wrong))
                {
                    yield return Within(
                        "misspelt-name",
                        step,
                        isLeft ? right with { Left = wrong } : right with { Right = wrong },
                        $"In step {step + 1} the name `{name}` is misspelt as `{wrong}`"
                    );
                }
            }
        }
    }

    private IEnumerable<Mistake> Malformed(int step)
    {
        DerivationStep right = steps[step];
        string formula = $"{right.Left} {right.Operator} {right.Right}";
        yield return Line("no-equals-sign", step, $"{right.Name} {formula}", $"Step {step + 1} lacks the `=` behind `{right.Name}`");
        yield return Line("name-last", step, $"{formula} = {right.Name}", $"In step {step + 1} the name comes last instead of first");
        yield return Line(
            "no-operator",
            step,
            $"{right.Name} = {right.Left} {right.Right}",
            $"Step {step + 1} lacks the `{right.Operator}`"
        );
    }

    private IEnumerable<Mistake> OtherEnds(int step)
    {
        if (step + 1 == steps.Count)
        {
            DerivationStep right = steps[step];
            foreach (string name in ((string[])["result", "end", "total"]).Where(name => steps.All(other => other.Name != name)))
            {
                yield return Within(
                    "no-answer",
                    step,
                    right with
                    {
                        Name = name,
                    },
                    $"The last step is called `{name}` instead of `{right.Name}`"
                );
            }
        }
    }

    private static bool Uses(DerivationStep step, string name) => step.Left == name || step.Right == name;

    private Mistake Within(string kind, int step, DerivationStep wrong, string cause) => Line(kind, step, wrong.ToString(), cause);

    private Mistake Line(string kind, int step, string wrong, string cause) =>
        new(kind, step, [wrong], cause, $"I change the line to `{steps[step]}`");
}
