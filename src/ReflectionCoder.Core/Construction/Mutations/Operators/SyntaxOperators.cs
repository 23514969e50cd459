using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>A block header without its colon.</summary>
internal sealed class MissingColon()
    : MutationOperator("missing-colon", MutationKind.Unreadable, "leaves out the colon of a block's header", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines.Where(source.IsHeader))
        {
            yield return InLine(
                source,
                line,
                Replace(source.Code[line.Last], ""),
                wrong => $"The line `{wrong}` lacks the colon at its end."
            );
        }
    }
}

/// <summary>A bracket that is never closed.</summary>
internal sealed class UnclosedBracket()
    : MutationOperator("unclosed-bracket", MutationKind.Unreadable, "leaves out a closing bracket", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            if (source.IsAny(i, ")", "]", "}") && source.PartnerOf(i) >= 0)
            {
                PythonToken token = source.Code[i];
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, ""),
                    line => $"In `{line}` a bracket is opened but not closed: `{token.Text}` is missing."
                );
            }
        }
    }
}

/// <summary>A string that is never closed.</summary>
internal sealed class UnclosedString()
    : MutationOperator("unclosed-string", MutationKind.Unreadable, "leaves out the closing quote of a string")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            if (token.Kind == PythonTokenKind.Text && !token.Text.EndsWith(new string(token.Text[^1], 3), StringComparison.Ordinal))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    new TextEdit(token.End - 1, 1, ""),
                    line => $"In `{line}` the closing quote of the string `{token.Text}` is missing."
                );
            }
        }
    }
}

/// <summary>Two items with no comma between them.</summary>
internal sealed class MissingComma() : MutationOperator("missing-comma", MutationKind.Unreadable, "leaves out a comma between two items")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i + 1 < source.Code.Count; i++)
        {
            PythonToken next = source.Code[i + 1];
            if (
                source.Is(i, ",")
                && source.Code[i].Depth > 0
                && source.EndsOperand(i - 1)
                && (
                    next.Kind is PythonTokenKind.Name or PythonTokenKind.Number
                    || (next.Kind == PythonTokenKind.Text && source.Code[i - 1].Kind != PythonTokenKind.Text)
                )
            )
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(source.Code[i], ""),
                    line => $"In `{line}` the comma between `{source.Code[i - 1].Text}` and `{next.Text}` is missing."
                );
            }
        }
    }
}

/// <summary>A line too far to the right.</summary>
internal sealed class StrayIndentation() : MutationOperator("stray-indentation", MutationKind.Unreadable, "indents a line too far")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i < source.Lines.Count; i++)
        {
            PythonLine line = source.Lines[i];
            PythonLine before = source.Lines[i - 1];
            if (line.Indentation > 0 && before.Indentation == line.Indentation && !source.IsHeader(before) && !source.IsHeader(line))
            {
                string text = source.Show(line);
                yield return new Mutation(
                    Name,
                    [new TextEdit(line.Start, 0, "    ")],
                    $"The line `{text}` is indented too far: it belongs to the same block as the line before it.",
                    $"I move `{text}` back to the left."
                );
            }
        }
    }
}

/// <summary>The first line of a block at the level of its header.</summary>
internal sealed class LostIndentation()
    : MutationOperator("lost-indentation", MutationKind.Unreadable, "does not indent the first line of a block", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i < source.Lines.Count; i++)
        {
            PythonLine header = source.Lines[i - 1];
            PythonLine line = source.Lines[i];
            int indent = line.Indentation - header.Indentation;
            if (source.IsHeader(header) && indent > 0 && source.Code[line.First].Column == line.Indentation)
            {
                string text = source.Show(line);
                yield return new Mutation(
                    Name,
                    [new TextEdit(line.Start, indent, "")],
                    $"The line `{text}` is not indented, though it is the body of `{source.Show(header)}`.",
                    $"I indent `{text}`."
                );
            }
        }
    }
}
