using System.Globalization;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.Mistakes;

/// <summary>Wrong arithmetic, numbers and indices.</summary>
internal static class Computations
{
    /// <summary>A wrong binary operator.</summary>
    public static IEnumerable<Mistake?> Operator(ProgramModel program)
    {
        foreach (BinaryOperation one in program.Binaries)
        {
            string? wrong = one.Text switch
            {
                "+" => "-",
                "-" => "+",
                "*" => "+",
                "/" => "*",
                "%" => "/",
                "**" => "*",
                _ => null,
            };
            if (wrong is not null && !HasText(program, one.Whole))
            {
                yield return Mistake.InLine(
                    program,
                    one.Operator,
                    wrong,
                    line => $"{line} computes with `{wrong}` where `{one.Text}` is needed."
                );
            }
        }
    }

    /// <summary>The operands of a difference or quotient in the wrong order.</summary>
    public static IEnumerable<Mistake?> Operands(ProgramModel program)
    {
        foreach (BinaryOperation one in program.Binaries.Where(one => one.Text is "-" or "/" or "%"))
        {
            string left = program.Source[one.Left];
            string right = program.Source[one.Right];
            bool atoms = program.TokensIn(one.Left).Count() == 1 && program.TokensIn(one.Right).Count() == 1;
            bool names = char.IsLetter(left[0]) && char.IsLetter(right[0]);
            if (atoms && names && left != right)
            {
                yield return Mistake.InLine(
                    program,
                    [SourceLines.Replace(one.Left, right), SourceLines.Replace(one.Right, left)],
                    line => $"{line} computes `{right} {one.Text} {left}`, with the operands in the wrong order."
                );
            }
        }
    }

    /// <summary>A wrong assignment operator.</summary>
    public static IEnumerable<Mistake?> Update(ProgramModel program)
    {
        foreach (
            Assignment one in program.Assignments.Where(one =>
                one.Text is "+=" or "-=" or "*=" or "/=" or "%=" && !program.DrivesLoop(one.Target)
            )
        )
        {
            string target = Quote(program.Source[one.Target]);
            yield return Mistake.InLine(
                program,
                one.Operator,
                "=",
                line => $"{line} overwrites {target} where it must be updated with `{one.Text}`."
            );
            string? other = one.Text switch
            {
                "+=" => "-=",
                "-=" => "+=",
                "*=" => "+=",
                "/=" => "*=",
                _ => null,
            };
            if (other is not null && !HasText(program, one.Whole))
            {
                yield return Mistake.InLine(
                    program,
                    one.Operator,
                    other,
                    line => $"{line} updates {target} with `{other}` where `{one.Text}` is needed."
                );
            }
        }
    }

    /// <summary>Counting down for counting up, and the other way round.</summary>
    public static IEnumerable<Mistake?> Increment(ProgramModel program)
    {
        foreach ((Extent where, Extent target) in program.Increments.Where(one => !program.DrivesLoop(one.Target)))
        {
            string right = program.Source[where];
            string wrong = right == "++" ? "--" : "++";
            string direction = right == "++" ? "down where it must count up" : "up where it must count down";
            yield return Mistake.InLine(
                program,
                where,
                wrong,
                line => $"{line} counts {Quote(program.Source[target])} {direction}: `{right}` is needed for `{wrong}`."
            );
        }
    }

    /// <summary>A for loop that starts at the wrong number.</summary>
    public static IEnumerable<Mistake?> LoopStart(ProgramModel program)
    {
        foreach (Statement loop in program.Statements.Where(one => one.Kind == StatementKind.For))
        {
            List<CodeToken> tokens = loop.Start is { } start ? [.. program.TokensIn(start)] : [];
            int equals = tokens.FindLastIndex(one => one.Text == "=");
            if (equals < 0 || tokens[^1] is not { Text: "0" or "1" } token)
            {
                continue;
            }

            string before = program.Source[new Extent(tokens[equals + 1].Where.Start, token.Where.Start)];
            string wrong = token.Text == "0" ? "1" : "0";
            yield return Mistake.InLine(
                program,
                token.Where,
                wrong,
                line => $"{line} starts the loop at {Value(wrong)}, but it must start at {Value(token.Text)}."
            );

            // Of `items.Length - 1`, the number alone would say something else.
            string Value(string number) => before.Length == 0 ? number : Quote(before + number);
        }
    }

    /// <summary>A whole number that is one too large or too small.</summary>
    public static IEnumerable<Mistake?> Constant(ProgramModel program)
    {
        foreach (CodeToken token in program.Tokens.Where(one => one.Kind == CodeTokenKind.Number))
        {
            bool whole = int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int value);
            if (!whole || value > 1_000_000)
            {
                continue;
            }

            foreach (int wrong in value == 0 ? new[] { 1 } : [value + 1, value - 1])
            {
                yield return Mistake.InLine(
                    program,
                    token.Where,
                    wrong.ToString(CultureInfo.InvariantCulture),
                    line => $"{line} has the number {wrong} where {value} is needed."
                );
            }
        }
    }

    /// <summary>Brackets left out, so that the operators are applied in another order.</summary>
    public static IEnumerable<Mistake?> Grouping(ProgramModel program)
    {
        foreach (BinaryOperation one in program.Binaries)
        {
            bool needed = one.Text switch
            {
                "+" or "-" => one.Outer is "*" or "/" or "%" || (one.Outer == "-" && one.IsRight),
                "*" => one.Outer is "/" or "%" && one.IsRight,
                "||" => one.Outer is "&&",
                _ => false,
            };
            if (needed && program.BracketsAround(one.Whole) is { } brackets)
            {
                string inner = Quote(program.Source[one.Whole]);
                yield return Mistake.InLine(
                    program,
                    [SourceLines.Replace(brackets.Open, ""), SourceLines.Replace(brackets.Close, "")],
                    line => $"In {line} the brackets around {inner} are missing, so another operator takes part of it first."
                );
            }
        }
    }

    /// <summary>An element before or behind the right one.</summary>
    public static IEnumerable<Mistake?> Index(ProgramModel program)
    {
        foreach (Element one in program.Elements)
        {
            string index = program.Source[one.Index];
            bool counts =
                program.Increments.Any(increment => program.Source[increment.Target] == index)
                || program.Assignments.Any(assigned => assigned.Text is "+=" or "-=" && program.Source[assigned.Target] == index);
            if (counts && program.TokensIn(one.Index).Count() == 1)
            {
                foreach (string wrong in (string[])[$"{index} + 1", $"{index} - 1"])
                {
                    yield return Mistake.InLine(
                        program,
                        one.Index,
                        wrong,
                        line => $"{line} takes the element at `{wrong}` where the one at `{index}` is needed."
                    );
                }
            }
            else if (IsDifference(program, one.Index, out Extent first))
            {
                string wrong = program.Source[first];
                yield return Mistake.InLine(
                    program,
                    one.Index,
                    wrong,
                    line => $"{line} uses the index {Quote(wrong)}, which is one too large: it must be {Quote(index)}."
                );
            }
        }
    }

    private static bool IsDifference(ProgramModel program, Extent index, out Extent first)
    {
        BinaryOperation? one = program.Binaries.FirstOrDefault(one => one.Whole == index && one.Text == "-");
        first = one?.Left ?? default;
        return one is not null && program.Source[one.Right] == "1";
    }

    /// <summary>Whether a part has a text in it, with which one doesn't calculate.</summary>
    private static bool HasText(ProgramModel program, Extent part) =>
        program.TokensIn(part).Any(token => token.Kind == CodeTokenKind.Text && token.Text[0] != '\'')
        || program.TokensIn(part).Any(token => program.VariableAt(token.Text, token.Where.Start)?.Type == "string")
        || program.TokensIn(part).Any(token => token.Text is "String" or "join" or "ToString" or "toString" or "repeat" or "Substring");
}
