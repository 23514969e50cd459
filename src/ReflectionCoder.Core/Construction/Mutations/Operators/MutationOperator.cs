using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>What all operators share: they make mutations with sentences that quote the broken line and the good line.</summary>
internal abstract class MutationOperator(string name, MutationKind kind, string description, bool isCommon = false) : IMutationOperator
{
    public string Name { get; } = name;

    public MutationKind Kind { get; } = kind;

    public bool IsCommon { get; } = isCommon;

    public string Description { get; } = description;

    public abstract IEnumerable<Mutation> Find(PythonSource source);

    /// <summary>A mutation within one line. <paramref name="diagnose"/> makes the diagnosis from the broken line.</summary>
    protected Mutation InLine(PythonSource source, PythonLine line, TextEdit edit, Func<string, string> diagnose) =>
        InLine(source, line, [edit], diagnose);

    /// <summary>A mutation within one line, of several edits.</summary>
    protected Mutation InLine(PythonSource source, PythonLine line, IReadOnlyList<TextEdit> edits, Func<string, string> diagnose)
    {
        string right = source.Show(line);
        int start = source.Code[line.First].Start;
        string wrong = TextEdit.Apply(right, edits.Select(edit => edit with { Start = edit.Start - start })).Trim();
        return new Mutation(Name, edits, diagnose(wrong), $"I change the line to `{right}`.")
        {
            Culprit = wrong,
            Probe = Kind == MutationKind.Unreadable ? null : PythonProbes.Find(source, line, edits),
        };
    }

    /// <summary>A mutation that deletes whole lines.</summary>
    protected Mutation Delete(PythonSource source, int first, int end, string diagnosis, string repair)
    {
        int start = source.Lines[first].Start;
        return new Mutation(Name, [new TextEdit(start, source.Lines[end - 1].End - start, "")], diagnosis, repair);
    }

    /// <summary>Replaces one token.</summary>
    protected static TextEdit Replace(PythonToken token, string text) => new(token.Start, token.Text.Length, text);

    /// <summary>Replaces the tokens from one to another, both included.</summary>
    protected static TextEdit Replace(PythonSource source, int first, int last, string text) =>
        new(source.Code[first].Start, source.Code[last].End - source.Code[first].Start, text);

    /// <summary>Deletes a word and one blank after it.</summary>
    protected static TextEdit DeleteWord(PythonSource source, int token)
    {
        int end = source.Code[token].End;
        int blank = end < source.Text.Length && source.Text[end] == ' ' ? 1 : 0;
        return new TextEdit(source.Code[token].Start, source.Code[token].Text.Length + blank, "");
    }
}
