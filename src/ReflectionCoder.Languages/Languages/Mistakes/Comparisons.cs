using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.Mistakes;

/// <summary>Wrong comparisons and conditions.</summary>
internal static class Comparisons
{
    private static readonly Dictionary<string, string> Boundaries = new()
    {
        ["<"] = "<=",
        ["<="] = "<",
        [">"] = ">=",
        [">="] = ">",
    };

    private static readonly Dictionary<string, string> Directions = new()
    {
        ["<"] = ">",
        ["<="] = ">=",
        [">"] = "<",
        [">="] = "<=",
    };

    private static readonly Dictionary<string, string> Equalities = new()
    {
        ["=="] = "!=",
        ["!="] = "==",
        ["==="] = "!==",
        ["!=="] = "===",
    };

    private static readonly Dictionary<string, string> Connectives = new() { ["&&"] = "||", ["||"] = "&&" };

    /// <summary>A comparison that wrongly includes or excludes equality.</summary>
    public static IEnumerable<Mistake?> Boundary(ProgramModel program) =>
        Swapped(
            program,
            Boundaries,
            (line, right, wrong) =>
                wrong.Length == 2
                    ? $"{line} also takes the case of equal values because of `{wrong}`; `{right}` is needed."
                    : $"{line} leaves out the case of equal values because of `{wrong}`; `{right}` is needed."
        );

    /// <summary>A comparison the wrong way round.</summary>
    public static IEnumerable<Mistake?> Direction(ProgramModel program) =>
        Swapped(
            program,
            Directions,
            (line, right, wrong) => $"{line} compares the wrong way round: it has `{wrong}` where `{right}` is needed."
        );

    /// <summary>Equal for unequal, and the other way round.</summary>
    public static IEnumerable<Mistake?> Equality(ProgramModel program) =>
        Swapped(
            program,
            Equalities,
            (line, _, wrong) =>
            {
                string meaning = wrong[0] == '!' ? "differ" : "are equal";
                return $"{line} tests with `{wrong}` whether the values {meaning}, which is the opposite of what is needed.";
            }
        );

    /// <summary>And for or, and the other way round.</summary>
    public static IEnumerable<Mistake?> Connective(ProgramModel program) =>
        Swapped(
            program,
            Connectives,
            (line, right, wrong) =>
            {
                string meaning =
                    wrong == "&&" ? "asks for both conditions where one is enough" : "is content with one condition where both must hold";
                return $"{line} {meaning}: `{right}` is needed for `{wrong}`.";
            }
        );

    /// <summary>A not left out.</summary>
    public static IEnumerable<Mistake?> DroppedNot(ProgramModel program)
    {
        foreach ((Extent whole, Extent operand) in program.Negations)
        {
            string code = Quote(program.Source[operand]);
            yield return Mistake.InLine(
                program,
                new Extent(whole.Start, whole.Start + 1),
                "",
                line => $"{line} takes {code} where its opposite is needed: the `!` is missing."
            );
        }
    }

    /// <summary>A condition turned into its opposite.</summary>
    public static IEnumerable<Mistake?> Negated(ProgramModel program)
    {
        foreach (Statement statement in program.Statements)
        {
            bool negatable = statement.Kind == StatementKind.If;
            if (negatable && statement.Condition is { } condition && program.Text[condition.Start] != '!' && IsPlain(program, condition))
            {
                string code = program.Source[condition];
                bool simple = program.TokensIn(condition).Count() == 1 || IsCall(program, condition);
                yield return Mistake.InLine(
                    program,
                    condition,
                    simple ? $"!{code}" : $"!({code})",
                    line => $"{line} takes the branch when {Quote(code)} does not hold; it must be the other way round."
                );
            }
        }
    }

    /// <summary>A condition of one comparison has operators of its own for this, and is left to them.</summary>
    private static bool IsPlain(ProgramModel program, Extent condition) =>
        !program.Binaries.Any(one => one.Whole == condition && one.Text is not ("&&" or "||"))
        && !program.TokensIn(condition).Any(token => token.Text is "is" or "=");

    private static bool IsCall(ProgramModel program, Extent condition) =>
        program.Calls.Any(call => call.Whole == condition) || program.Members.Any(member => member.Whole == condition);

    /// <summary>True for false, and the other way round.</summary>
    public static IEnumerable<Mistake?> Truth(ProgramModel program)
    {
        foreach (CodeToken token in program.Tokens)
        {
            if (token.Kind == CodeTokenKind.Keyword && token.Text is "true" or "false")
            {
                string wrong = token.Text == "true" ? "false" : "true";
                yield return Mistake.InLine(program, token.Where, wrong, line => $"{line} has `{wrong}` where `{token.Text}` is needed.");
            }
        }
    }

    /// <summary>The two results of a conditional expression swapped.</summary>
    public static IEnumerable<Mistake?> SwappedChoice(ProgramModel program)
    {
        foreach (Choice one in program.Choices)
        {
            string then = program.Source[one.Then];
            string other = program.Source[one.Else];
            if (then != other && program.Source.IsOneLine(one.Whole) && !other.Contains('?', StringComparison.Ordinal))
            {
                string condition = Quote(program.Source[one.Condition]);
                yield return Mistake.InLine(
                    program,
                    [SourceLines.Replace(one.Then, other), SourceLines.Replace(one.Else, then)],
                    line => $"{line} takes {Quote(other)} when {condition} holds and {Quote(then)} when not; the two are swapped."
                );
            }
        }
    }

    /// <summary>A loop that goes one step beyond the last element.</summary>
    public static IEnumerable<Mistake?> PastEnd(ProgramModel program)
    {
        foreach (Statement loop in program.Statements.Where(one => one.Kind is StatementKind.For or StatementKind.While))
        {
            foreach (BinaryOperation one in program.Binaries.Where(one => one.Text == "<" && loop.Condition?.Contains(one.Whole) == true))
            {
                string right = program.Source[one.Right];
                string left = program.Source[one.Left];
                if (right.EndsWith(".length", StringComparison.OrdinalIgnoreCase) || right.EndsWith(".Count", StringComparison.Ordinal))
                {
                    yield return Mistake.InLine(
                        program,
                        one.Operator,
                        "<=",
                        line => $"{line} lets `{left}` reach {Quote(right)}, but the last index is one less: `<` is needed for `<=`."
                    );
                }
            }
        }
    }

    /// <summary>A loop that ends one step too early.</summary>
    public static IEnumerable<Mistake?> LoopEnd(ProgramModel program)
    {
        foreach (Statement loop in program.Statements.Where(one => one.Kind == StatementKind.For))
        {
            foreach (BinaryOperation one in program.Binaries.Where(one => one.Text is "<" or "<=" && one.Whole == loop.Condition))
            {
                if (!program.TokensIn(one.Right).Any(token => token.Text is "+" or "-" or "?" or "??"))
                {
                    string right = program.Source[one.Right];
                    yield return Mistake.InLine(
                        program,
                        one.Right,
                        $"{right} - 1",
                        line => $"{line} ends one round too early: the bound must be {Quote(right)}, not {Quote($"{right} - 1")}."
                    );
                }
            }
        }
    }

    /// <summary>
    /// Another operator in place of each that a table has; the sentence gets the line, the right operator and the wrong one.
    /// </summary>
    private static IEnumerable<Mistake?> Swapped(
        ProgramModel program,
        Dictionary<string, string> wrongOf,
        Func<string, string, string, string> sentence
    )
    {
        foreach (BinaryOperation one in program.Binaries)
        {
            if (wrongOf.TryGetValue(one.Text, out string? wrong))
            {
                yield return Mistake.InLine(program, one.Operator, wrong, line => sentence(line, one.Text, wrong));
            }
        }
    }
}
