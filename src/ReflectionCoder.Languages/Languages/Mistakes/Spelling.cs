using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.Mistakes;

/// <summary>What a parser can't read.</summary>
internal static class Spelling
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["return"] = "retrun",
        ["function"] = "fucntion",
        ["while"] = "whlie",
        ["const"] = "cosnt",
        ["else"] = "esle",
        ["for"] = "fro",
        ["foreach"] = "foraech",
        ["static"] = "sttaic",
        ["switch"] = "swich",
        ["class"] = "clas",
        ["new"] = "nwe",
        ["if"] = "fi",
    };

    /// <summary>A misspelt keyword.</summary>
    public static IEnumerable<Mistake?> Keyword(ProgramModel program)
    {
        foreach (CodeToken token in program.Tokens)
        {
            if (token.Kind == CodeTokenKind.Keyword && Keywords.TryGetValue(token.Text, out string? wrong))
            {
                yield return Mistake.InLine(
                    program,
                    token.Where,
                    wrong,
                    line => $"In {line} the keyword `{token.Text}` is misspelt as `{wrong}`."
                );
            }
        }
    }

    /// <summary>A bracket that is never closed.</summary>
    public static IEnumerable<Mistake?> Bracket(ProgramModel program)
    {
        Stack<CodeToken> open = [];
        foreach (CodeToken token in program.Tokens)
        {
            if (token.Text is "(" or "[" or "{" or "${")
            {
                open.Push(token);
            }
            else if (token.Text is ")" or "]" or "}" && open.TryPop(out CodeToken? partner) && token.Text != "}")
            {
                yield return program.Source.LineAt(partner.Where.Start) == program.Source.LineAt(token.Where.Start)
                    ? Mistake.InLine(
                        program,
                        token.Where,
                        "",
                        line => $"In {line} a bracket is opened but not closed: `{token.Text}` is missing."
                    )
                    : null;
            }
        }
    }

    /// <summary>A block that is never closed.</summary>
    public static IEnumerable<Mistake?> Brace(ProgramModel program)
    {
        SourceLines source = program.Source;
        foreach (Extent block in program.Braces)
        {
            Extent close = new(block.End - 1, block.End);
            if (source.FillsItsLines(close) && !source.IsOneLine(block))
            {
                string start = source.Show(block.Start);
                string header = start == "{" ? source.Show(Math.Max(0, source.Line(block.Start).Start - 1)) : start;
                yield return new Mistake(
                    [source.Remove(close)],
                    $"The block that starts with {Quote(header)} is never closed: its `}}` is missing.",
                    $"I add the closing `}}` of {Quote(header)}."
                );
            }
        }
    }

    /// <summary>A text that is never closed.</summary>
    public static IEnumerable<Mistake?> ClosingQuote(ProgramModel program)
    {
        foreach (CodeToken token in program.Tokens)
        {
            if (
                token.Kind == CodeTokenKind.Text
                && token.Text.Length >= 2
                && token.Text[0] is '"' or '\''
                && token.Text[^1] == token.Text[0]
            )
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(token.Where.End - 1, token.Where.End),
                    "",
                    line => $"In {line} the closing quote of {Quote(token.Text)} is missing."
                );
            }
        }
    }

    /// <summary>Two arguments or elements with no comma between them.</summary>
    public static IEnumerable<Mistake?> Comma(ProgramModel program)
    {
        for (int i = 1; i + 1 < program.Tokens.Count; i++)
        {
            CodeToken before = program.Tokens[i - 1];
            CodeToken next = program.Tokens[i + 1];
            if (program.Tokens[i].Text == "," && IsAtom(before) && IsAtom(next))
            {
                yield return Mistake.InLine(
                    program,
                    program.Tokens[i].Where,
                    "",
                    line => $"In {line} the comma between {Quote(before.Text)} and {Quote(next.Text)} is missing."
                );
            }
        }
    }

    private static bool IsAtom(CodeToken token) => token.Kind is CodeTokenKind.Name or CodeTokenKind.Number or CodeTokenKind.Text;

    /// <summary>A comma for a semicolon in a for loop's header.</summary>
    public static IEnumerable<Mistake?> ForHeader(ProgramModel program)
    {
        foreach (Statement loop in program.Statements)
        {
            if (loop is not { Kind: StatementKind.For, Condition: { } condition, Step: { } step })
            {
                continue;
            }

            CodeToken? semicolon = program.TokensIn(new Extent(condition.End, step.Start)).FirstOrDefault(token => token.Text == ";");
            if (semicolon is not null)
            {
                yield return Mistake.InLine(
                    program,
                    semicolon.Where,
                    ",",
                    line => $"In {line} a comma separates the parts of the loop's header where a semicolon is needed."
                );
            }
        }
    }

    /// <summary>A single = in a condition.</summary>
    public static IEnumerable<Mistake?> AssignmentInCondition(ProgramModel program)
    {
        foreach (Statement statement in program.Statements.Where(one => one.Kind is StatementKind.If or StatementKind.While))
        {
            foreach (BinaryOperation one in program.Binaries.Where(one => statement.Condition == one.Whole && one.Text is "==" or "==="))
            {
                string left = program.Source[one.Left];
                if (left.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '[' or ']') && char.IsLetter(left[0]))
                {
                    yield return Mistake.InLine(
                        program,
                        one.Operator,
                        "=",
                        line => $"{line} assigns to {Quote(left)} with `=` where `{one.Text}` must compare."
                    );
                }
            }
        }
    }
}
