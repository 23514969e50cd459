using System.Globalization;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>A range that starts or ends one too early or too late.</summary>
internal sealed class RangeBound()
    : MutationOperator("range-bound", MutationKind.Misbehaving, "lets a range start or end one too early or too late")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i + 1 < source.Code.Count; i++)
        {
            if (!source.Is(i, "range") || !source.Is(i + 1, "(") || source.PartnerOf(i + 1) < 0)
            {
                continue;
            }

            IReadOnlyList<(int First, int Last)> parts = source.Split(i + 1);
            if (parts.Count is 0 or > 3)
            {
                continue;
            }

            PythonLine line = source.LineOf(i);
            (int first, int last) = parts[parts.Count == 1 ? 0 : 1];
            foreach (string wrong in Neighbours.Of(source, first, last))
            {
                yield return Change(source, line, first, last, wrong, "end");
            }

            if (parts.Count > 1)
            {
                (first, last) = parts[0];
                foreach (string wrong in Neighbours.Of(source, first, last))
                {
                    yield return Change(source, line, first, last, wrong, "start");
                }
            }
        }
    }

    private Mutation Change(PythonSource source, PythonLine line, int first, int last, string wrong, string which) =>
        InLine(
            source,
            line,
            Replace(source, first, last, wrong),
            broken => $"In `{broken}` the {which} of the range is off by one: it is `{wrong}` but must be `{source.Between(first, last)}`."
        );
}

/// <summary>The item before or after the right one.</summary>
internal sealed class IndexShift()
    : MutationOperator("index-shift", MutationKind.Misbehaving, "takes the item before or behind the right one")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i < source.Code.Count; i++)
        {
            int close = source.PartnerOf(i);
            if (!source.Is(i, "[") || !source.EndsOperand(i - 1) || close <= i + 1 || !IsWhole(source, i, close))
            {
                continue;
            }

            string right = source.Between(i + 1, close - 1);
            foreach (string wrong in Neighbours.Of(source, i + 1, close - 1))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(source, i + 1, close - 1, wrong),
                    line => $"`{line}` is one place off: the index is `{wrong}` but must be `{right}`."
                );
            }
        }
    }

    /// <summary>Whether the brackets hold a position, made of numbers and names of whole numbers, and not a slice.</summary>
    private static bool IsWhole(PythonSource source, int open, int close)
    {
        PythonFunction? function = source.FunctionOf(source.LineOf(open));
        for (int i = open + 1; i < close; i++)
        {
            PythonToken token = source.Code[i];
            bool fits = token.Kind switch
            {
                PythonTokenKind.Number => true,
                PythonTokenKind.Name => PythonScopes.IsWholeNumber(source, function, token.Text),
                _ => token.Text is "+" or "-" or "%" or "//" or "*",
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A slice that starts or ends at another place.</summary>
internal sealed class WrongSlice()
    : MutationOperator("wrong-slice", MutationKind.Misbehaving, "takes the other part of a list, or a part one place off")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i < source.Code.Count; i++)
        {
            int close = source.PartnerOf(i);
            if (!source.Is(i, "[") || !source.EndsOperand(i - 1) || close < 0)
            {
                continue;
            }

            int inside = source.Code[i].Depth + 1;
            int[] colons = [.. Enumerable.Range(i + 1, close - i - 1).Where(t => source.Is(t, ":") && source.Code[t].Depth == inside)];
            if (colons.Length is 0 or > 2)
            {
                continue;
            }

            string right = source.Between(i, close);
            foreach (string wrong in Broken(source, i, close, colons).Distinct())
            {
                if (wrong != right)
                {
                    yield return InLine(
                        source,
                        source.LineOf(i),
                        Replace(source, i, close, wrong),
                        line => $"`{line}` takes the wrong part with `{wrong}`: it must be `{right}`."
                    );
                }
            }
        }
    }

    private static IEnumerable<string> Broken(PythonSource source, int open, int close, int[] colons)
    {
        string start = Part(source, open, colons[0]);
        string end = Part(source, colons[0], colons.Length == 2 ? colons[1] : close);
        if (colons.Length == 2)
        {
            if (start.Length == 0 && end.Length == 0)
            {
                yield return $"[:{Part(source, colons[1], close)}]";
            }

            yield break;
        }

        if (start.Length == 0 || end.Length == 0)
        {
            yield return $"[{end}:{start}]";
        }

        if (start.Length > 0)
        {
            foreach (string wrong in Neighbours.Of(source, open + 1, colons[0] - 1))
            {
                yield return $"[{wrong}:{end}]";
            }
        }

        if (end.Length > 0)
        {
            foreach (string wrong in Neighbours.Of(source, colons[0] + 1, close - 1))
            {
                yield return $"[{start}:{wrong}]";
            }

            if (start.Length > 0)
            {
                yield return $"[{start}:]";
            }
        }
    }

    private static string Part(PythonSource source, int before, int behind) =>
        behind - before > 1 ? source.Between(before + 1, behind - 1) : "";
}

/// <summary>Expressions that are larger or smaller by one than a given expression, as a person would write them.</summary>
internal static class Neighbours
{
    public static IEnumerable<string> Of(PythonSource source, int first, int last)
    {
        string text = source.Between(first, last);
        if (int.TryParse(text, CultureInfo.InvariantCulture, out int value))
        {
            // 0 never becomes -1: as an index that is the last item, which is not a mistake by one.
            yield return $"{value + (value == -1 ? -1 : 1)}";
            if (value > 0)
            {
                yield return $"{value - 1}";
            }

            yield break;
        }

        if (
            source.Is(last, "1")
            && source.IsAny(last - 1, "+", "-")
            && last - 2 >= first
            && source.Code[last].Depth == source.Code[first].Depth
        )
        {
            yield return source.Between(first, last - 2);
            yield break;
        }

        if (source.Code[first].Kind == PythonTokenKind.Name)
        {
            yield return text + " + 1";
            yield return text + " - 1";
        }
    }
}
