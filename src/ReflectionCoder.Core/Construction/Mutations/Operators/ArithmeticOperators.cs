using System.Globalization;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>A wrong binary operator.</summary>
internal sealed class ArithmeticSwap()
    : MutationOperator("arithmetic-swap", MutationKind.Misbehaving, "computes with another operator: + for -, // for %, and so on")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            string? wrong = token.Text switch
            {
                "+" => "-",
                "-" => "+",
                "*" => "+",
                "//" => "%",
                "%" => "//",
                "**" => "*",
                _ => null,
            };
            if (wrong is not null && source.EndsOperand(i - 1))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` computes with `{wrong}` where `{token.Text}` is needed."
                );
            }
        }
    }
}

/// <summary>Division with a fraction for division without, and the other way round.</summary>
internal sealed class DivisionKind() : MutationOperator("division-kind", MutationKind.Misbehaving, "takes / for // or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            if (token.Text is "//" or "//=")
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, token.Text[1..]),
                    line => $"`{line}` divides with `/`, which gives a float; a whole number needs `//`."
                );
            }
            else if (token.Text is "/")
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, "//"),
                    line => $"`{line}` divides with `//`, which cuts off the fraction; `/` is needed."
                );
            }
        }
    }
}

/// <summary>A wrong augmented assignment.</summary>
internal sealed class AugmentedAssignment()
    : MutationOperator("augmented-assignment", MutationKind.Misbehaving, "overwrites instead of adding, or updates with another operator")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            if (token.Text is not ("+=" or "-=" or "*=" or "//=" or "%="))
            {
                continue;
            }

            PythonLine line = source.LineOf(i);
            string target = source.Between(line.First, i - 1);
            yield return InLine(
                source,
                line,
                Replace(token, "="),
                wrong => $"`{wrong}` overwrites `{target}` where it must be updated with `{token.Text}`."
            );
            string? other = token.Text switch
            {
                "+=" => "-=",
                "-=" => "+=",
                "*=" => "+=",
                _ => null,
            };
            if (other is not null)
            {
                yield return InLine(
                    source,
                    line,
                    Replace(token, other),
                    wrong => $"`{wrong}` updates `{target}` with `{other}` where `{token.Text}` is needed."
                );
            }
        }
    }
}

/// <summary>A whole number that is one too large or too small.</summary>
internal sealed class OffByOneConstant()
    : MutationOperator("off-by-one-constant", MutationKind.Misbehaving, "takes a number one too large or too small", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            if (
                token.Kind != PythonTokenKind.Number
                || !int.TryParse(token.Text, CultureInfo.InvariantCulture, out int value)
                || value > 1_000_000
            )
            {
                continue;
            }

            foreach (int wrong in value == 0 ? new[] { 1 } : [value + 1, value - 1])
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, $"{wrong}"),
                    line => $"`{line}` has the number {wrong} where {value} is needed."
                );
            }
        }
    }
}

/// <summary>Brackets left out, so that the operators are applied in another order.</summary>
internal sealed class DroppedGrouping()
    : MutationOperator("dropped-grouping", MutationKind.Misbehaving, "leaves out the brackets round a sum or a condition")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            int close = source.PartnerOf(i);
            if (!source.Is(i, "(") || close < 0 || source.EndsOperand(i - 1) || source.Split(i).Count != 1)
            {
                continue;
            }

            bool sum = Contains(source, i, close, "+", "-") && (IsProduct(source, i - 1) || IsProduct(source, close + 1));
            bool condition = Contains(source, i, close, "or") && (source.IsAny(i - 1, "and", "not") || source.Is(close + 1, "and"));
            if (sum || condition)
            {
                string inner = source.Between(i + 1, close - 1);
                yield return InLine(
                    source,
                    source.LineOf(i),
                    [Replace(source.Code[i], ""), Replace(source.Code[close], "")],
                    line => $"In `{line}` the brackets around `{inner}` are missing, so another operator takes part of it first."
                );
            }
        }
    }

    private static bool IsProduct(PythonSource source, int token) => source.IsAny(token, "*", "/", "//", "%", "**");

    private static bool Contains(PythonSource source, int open, int close, params ReadOnlySpan<string> texts)
    {
        for (int i = open + 1; i < close; i++)
        {
            if (source.Code[i].Depth == source.Code[open].Depth + 1 && source.IsAny(i, texts) && (i > open + 1))
            {
                return true;
            }
        }

        return false;
    }
}
