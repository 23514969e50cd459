using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations;

/// <summary>Finds the expression around a mistake whose value shows it.</summary>
internal static class PythonProbes
{
    private const int MaxLength = 60;

    // Other functions of Python don't change anything when they are called on copies.
    private static readonly string[] Refused = ["print", "input", "open", "exec", "eval", "next", "iter", "yield", "await", ":="];

    // With one of these in the line, a part of it may not be computed each time.
    private static readonly string[] Branching = ["and", "or", "if", "else", "for", "lambda"];

    /// <summary>The expression; null if there is none that can be computed twice.</summary>
    public static MutationProbe? Find(PythonSource source, PythonLine line, IReadOnlyList<TextEdit> edits)
    {
        if (source.Show(line).Contains('\n') || Region(source, line) is not var (first, last))
        {
            return null;
        }

        bool branches = Enumerable.Range(first, last - first + 1).Any(i => source.IsAny(i, Branching));
        foreach ((int from, int to) in branches ? [(first, last)] : Inwards(source, first, last, edits))
        {
            int start = source.Code[from].Start;
            int end = source.Code[to].End;
            if (edits.Any(edit => edit.Start < start || edit.End > end))
            {
                return null;
            }

            string right = source.Text[start..end];
            string wrong = TextEdit.Apply(right, edits.Select(edit => edit with { Start = edit.Start - start })).Trim();
            bool fits = right.Length <= MaxLength && wrong.Length is > 0 and <= MaxLength;
            bool computes = Enumerable.Range(from, to - from + 1).Any(i => source.Code[i].Kind == PythonTokenKind.Name);
            if (fits && computes && IsPure(source, from, to))
            {
                return new MutationProbe(wrong, right);
            }
        }

        return null;
    }

    /// <summary>The expression of a statement, as first and last token; null if it has none, or more than one.</summary>
    private static (int First, int Last)? Region(PythonSource source, PythonLine line)
    {
        if (source.IsHeader(line))
        {
            int before =
                source.Is(line.First, "for")
                    ? Enumerable.Range(line.First, line.Last - line.First).FirstOrDefault(i => source.Is(i, "in"), -1)
                : source.IsAny(line.First, "if", "elif", "while") ? line.First
                : -1;
            return before >= 0 && before + 1 < line.Last ? (before + 1, line.Last - 1) : null;
        }

        if (source.Is(line.First, "return"))
        {
            return line.Last > line.First ? (line.First + 1, line.Last) : null;
        }

        int assignment = Enumerable
            .Range(line.First, line.Last - line.First)
            .LastOrDefault(i => source.Code[i].Depth == 0 && PythonScopes.IsAssignment(source.Code[i].Text), -1);
        if (assignment >= 0)
        {
            return (assignment + 1, line.Last);
        }

        // A call such as items.append(value): the value of its only argument.
        return source.Is(line.First + 1, ".") && source.Is(line.First + 3, "(") && source.PartnerOf(line.First + 3) == line.Last
            ? source.Split(line.First + 3) is [var part]
                ? part
                : null
            : null;
    }

    /// <summary>The whole, then the parts between brackets that hold all edits, from outside to inside.</summary>
    private static IEnumerable<(int First, int Last)> Inwards(PythonSource source, int first, int last, IReadOnlyList<TextEdit> edits)
    {
        yield return (first, last);
        for (int i = first; i <= last; i++)
        {
            if (!source.IsAny(i, "(", "[") || source.PartnerOf(i) < 0)
            {
                continue;
            }

            foreach ((int from, int to) in source.Split(i))
            {
                bool colon = Enumerable
                    .Range(from, to - from + 1)
                    .Any(t => source.IsAny(t, ":", "=") && source.Code[t].Depth == source.Code[i].Depth + 1);
                if (!colon && edits.All(edit => edit.Start >= source.Code[from].Start && edit.End <= source.Code[to].End))
                {
                    yield return (from, to);
                }
            }
        }
    }

    /// <summary>Whether an expression calls no function of the program, and nothing that reads or writes.</summary>
    private static bool IsPure(PythonSource source, int first, int last)
    {
        for (int i = first; i <= last; i++)
        {
            bool own = source.Code[i].Kind == PythonTokenKind.Name && source.Functions.Any(function => source.Is(i, function.Name));
            if (own || source.IsAny(i, Refused) || (source.IsAny(i, "*", "**") && source.IsAny(i - 1, "(", ",")))
            {
                return false;
            }
        }

        return true;
    }
}
