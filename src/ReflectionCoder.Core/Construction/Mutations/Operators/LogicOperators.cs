using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>and for or, and the other way round.</summary>
internal sealed class BooleanSwap() : MutationOperator("boolean-swap", MutationKind.Misbehaving, "takes and for or, or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            if (token.Text is "and")
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, "or"),
                    line => $"`{line}` joins the conditions with `or`, so one of them is enough; both must hold, which is `and`."
                );
            }
            else if (token.Text is "or")
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, "and"),
                    line => $"`{line}` joins the conditions with `and`, so both must hold; one of them is enough, which is `or`."
                );
            }
        }
    }
}

/// <summary>A missing not.</summary>
internal sealed class DroppedNot() : MutationOperator("dropped-not", MutationKind.Misbehaving, "leaves out a not")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            if (source.Is(i, "not") && !source.Is(i + 1, "in") && !source.Is(i - 1, "is"))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    DeleteWord(source, i),
                    line => $"In `{line}` the word `not` is missing, so the condition says the opposite of what is meant."
                );
            }
        }
    }
}

/// <summary>A not that is one too many.</summary>
internal sealed class NegatedCondition()
    : MutationOperator("negated-condition", MutationKind.Misbehaving, "negates a condition that is no comparison")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (
                !source.IsAny(line.First, "if", "elif", "while")
                || !source.IsHeader(line)
                || source.Code[line.First + 1].Kind != PythonTokenKind.Name
            )
            {
                continue;
            }

            bool plain = true;
            for (int i = line.First + 1; i < line.Last; i++)
            {
                plain &=
                    source.Code[i].Depth > 0
                    || source.Code[i].Kind is PythonTokenKind.Name
                    || source.Code[i].Text is "." or "(" or ")" or "[" or "]";
            }

            if (plain)
            {
                yield return InLine(
                    source,
                    line,
                    new TextEdit(source.Code[line.First + 1].Start, 0, "not "),
                    wrong => $"`{wrong}` negates its condition, though the branch is meant for the case in which it holds."
                );
            }
        }
    }
}

/// <summary>True for False, and the other way round.</summary>
internal sealed class TruthSwap() : MutationOperator("truth-swap", MutationKind.Misbehaving, "takes True for False or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            string? wrong = token.Text switch
            {
                "True" => "False",
                "False" => "True",
                _ => null,
            };
            if (wrong is not null)
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` has `{wrong}` where `{token.Text}` is right."
                );
            }
        }
    }
}

/// <summary>A function for its opposite.</summary>
internal sealed class OppositeFunction()
    : MutationOperator("opposite-function", MutationKind.Misbehaving, "takes min for max, any for all, or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            string? wrong = token.Text switch
            {
                "min" => "max",
                "max" => "min",
                "any" => "all",
                "all" => "any",
                "upper" => "lower",
                "lower" => "upper",
                _ => null,
            };
            bool method = source.Is(i - 1, ".");
            if (wrong is not null && source.Is(i + 1, "(") && method == (token.Text is "upper" or "lower"))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` calls `{wrong}` where its opposite `{token.Text}` is needed."
                );
            }
        }
    }
}
