namespace ReflectionCoder.Samples.ReasoningTasks.Derivations;

/// <summary>A mistake in a derivation, and what puts it right.</summary>
/// <param name="Kind">Its kind, such as <c>wrong-operator</c>.</param>
/// <param name="Step">The step that it is in, from 0.</param>
/// <param name="Lines">The lines that stand in the place of that step: none where it is missing.</param>
/// <param name="Cause">What is wrong, in a sentence without its full stop.</param>
/// <param name="Repair">What is done about it, in a sentence without its full stop.</param>
internal sealed record Mistake(string Kind, int Step, IReadOnlyList<string> Lines, string Cause, string Repair)
{
    /// <summary>How many steps <see cref="Lines"/> stand for. The default value is 1.</summary>
    public int Replaced { get; init; } = 1;

    /// <summary>Whether it stays within its line, so that the numbers of the other steps stay the same.</summary>
    public bool IsWithinLine => Replaced == 1 && Lines.Count == 1;

    /// <summary>The derivation with mistakes in it: one, or several that are each within a line.</summary>
    public static string Write(IReadOnlyList<DerivationStep> right, IReadOnlyList<Mistake> mistakes)
    {
        List<string> lines = [];
        for (int i = 0; i < right.Count; )
        {
            Mistake? mistake = mistakes.FirstOrDefault(one => one.Step == i);
            lines.AddRange(mistake?.Lines ?? [right[i].ToString()]);
            i += mistake?.Replaced ?? 1;
        }

        return string.Join('\n', lines);
    }
}
