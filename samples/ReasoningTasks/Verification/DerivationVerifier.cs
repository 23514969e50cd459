using System.Text;

namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>
/// Verifies derivations: computes each line, and says which is the first that is wrong, and what was expected there. Thread-safe.
/// </summary>
/// <remarks>
/// The last three lines of the text that aren't blank are the checks (<see cref="DerivationChecks"/>); all before are steps. So no line of
/// an answer can pass for a check. Text, lines, steps and nesting are limited, and numbers have 64 bits.
/// </remarks>
internal sealed class DerivationVerifier() : TextVerifier(LanguageName)
{
    /// <summary>The language's name, in tasks and code fences.</summary>
    public const string LanguageName = "derivation";

    /// <summary>What the last step is called.</summary>
    public const string Answer = "answer";

    public const int MaxCharacters = 20_000;
    public const int MaxLineCharacters = 400;
    public const int MaxSteps = 64;

    private const string Holds = "The derivation holds.\n";
    private const int ShownCharacters = 120;

    /// <inheritdoc/>
    public override VerifierFinding Verify(string text)
    {
        if (text.Length > MaxCharacters)
        {
            return new VerifierFinding(false, "", $"the text has {text.Length} characters; at most {MaxCharacters} are read\n");
        }

        string[] lines = [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        int count = Math.Max(0, lines.Length - DerivationChecks.LineCount);
        if (DerivationChecks.Read(lines[count..]) is not { } checks)
        {
            return new VerifierFinding(false, "", "the text doesn't end with the lines `given`, `steps` and `check answer`\n");
        }

        return count switch
        {
            0 => new VerifierFinding(
                false,
                "",
                $"there is no step; expected lines `name = expression`, the last one `{Answer} = expression`\n"
            ),
            > MaxSteps => new VerifierFinding(false, "", $"there are {count} steps; at most {MaxSteps} are read\n"),
            _ => Verify(lines[..count], checks),
        };
    }

    private static VerifierFinding Verify(string[] lines, DerivationChecks checks)
    {
        StringBuilder trace = new();
        Dictionary<string, long> known = [];
        List<long> values = [];
        HashSet<long> used = [];
        foreach ((int index, string line) in lines.Index())
        {
            StepReader reader = new(line, known, checks.Given);
            (string name, long value, string? error) =
                line.Length > MaxLineCharacters ? ("", 0, $"is longer than {MaxLineCharacters} characters") : reader.Read();
            if (error is not null)
            {
                return new VerifierFinding(false, trace.ToString(), At(index, line, error));
            }

            known.Add(name, value);
            values.Add(value);
            used.UnionWith(reader.Used);
            _ = trace.Append($"{name} = {value}\n");
        }

        string last = known.Keys.Last();
        return last != Answer ? new VerifierFinding(false, trace.ToString(), $"the last step is `{last}`; expected `{Answer}`\n")
            : known[Answer] == checks.Answer ? new VerifierFinding(true, trace.Append(Holds).ToString(), "")
            : new VerifierFinding(false, trace.ToString(), WrongAnswer(lines, values, used, checks));
    }

    /// <summary>
    /// What is wrong with an answer: the first step whose value isn't the known derivation's, and numbers that aren't used.
    /// </summary>
    private static string WrongAnswer(string[] lines, List<long> values, HashSet<long> used, DerivationChecks checks)
    {
        StringBuilder error = new();
        int wrong = values.Zip(checks.Steps).TakeWhile(pair => pair.First == pair.Second).Count();
        if (wrong < Math.Min(values.Count, checks.Steps.Count))
        {
            _ = error.Append(At(wrong, lines[wrong], $"is {values[wrong]}; expected {checks.Steps[wrong]}"));
        }

        long[] unused = [.. checks.Given.Where(number => !used.Contains(number))];
        if (unused.Length > 0)
        {
            _ = error.Append($"not used: {string.Join(", ", unused)}\n");
        }

        return error.Append($"{Answer} is {values[^1]}; expected {checks.Answer}\n").ToString();
    }

    private static string At(int index, string line, string error) => $"step {index + 1}: {Shown(line)}\n{error}\n";

    /// <summary>What a message shows of a line: its beginning, and no character that moves a cursor.</summary>
    private static string Shown(string line)
    {
        string start = line.Length > ShownCharacters ? line[..ShownCharacters] + "…" : line;
        return string.Concat(start.Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character));
    }
}
