using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations;

/// <summary>Replaces a part of a text.</summary>
/// <param name="Start">Where it starts, in UTF-16 units.</param>
/// <param name="Length">How many UTF-16 units are removed; 0 to insert.</param>
/// <param name="Replacement">What is put in their place; empty to delete.</param>
internal sealed record TextEdit(int Start, int Length, string Replacement)
{
    /// <summary>Position after the removed part.</summary>
    public int End => Start + Length;

    /// <summary>Applies edits to a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="edits">Edits that don't overlap, in any order.</param>
    /// <returns>The edited text.</returns>
    public static string Apply(string text, IEnumerable<TextEdit> edits)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(edits);
        foreach (TextEdit edit in edits.OrderByDescending(edit => edit.Start).ThenByDescending(edit => edit.End))
        {
            text = string.Concat(text.AsSpan(0, edit.Start), edit.Replacement, text.AsSpan(edit.End));
        }

        return text;
    }
}

/// <summary>One way to break a program, with an explanation of the mistake and of its correction.</summary>
/// <param name="Operator">Name of the operator that found it.</param>
/// <param name="Edits">What is changed in the good source.</param>
/// <param name="Diagnosis">One sentence that says what is wrong in the broken program.</param>
/// <param name="Repair">One sentence, in the first person, that says how to correct it.</param>
internal sealed record Mutation(string Operator, IReadOnlyList<TextEdit> Edits, string Diagnosis, string Repair)
{
    /// <summary>
    /// The broken line, without indentation, if the mistake is within one line that is still there. The default value is null.
    /// </summary>
    public string? Culprit { get; init; }

    /// <summary>
    /// The expression of the broken line that has another value than it should, if it can be computed without a change to anything. The
    /// default value is null.
    /// </summary>
    public MutationProbe? Probe { get; init; }
}

/// <summary>An expression as it is in the broken line, and as it should be.</summary>
/// <param name="Wrong">The expression of the broken line.</param>
/// <param name="Right">What should stand there.</param>
internal sealed record MutationProbe(string Wrong, string Right);

/// <summary>What a mistake usually leads to.</summary>
internal enum MutationKind
{
    /// <summary>Python can't read the program: SyntaxError, IndentationError.</summary>
    Unreadable,

    /// <summary>A statement fails: NameError, TypeError, AttributeError and the like.</summary>
    Raising,

    /// <summary>The program runs, and does the wrong thing.</summary>
    Misbehaving,
}

/// <summary>Finds the places where one kind of mistake can be made. Implementations are stateless.</summary>
internal interface IMutationOperator
{
    /// <summary>Unique name in kebab case, such as <c>off-by-one-constant</c>.</summary>
    string Name { get; }

    /// <summary>What the operator's mistakes usually lead to.</summary>
    MutationKind Kind { get; }

    /// <summary>
    /// Whether nearly every program has a place for this mistake. Then the operator is drawn less often, so that others are drawn too.
    /// </summary>
    bool IsCommon { get; }

    /// <summary>What the operator changes, in one line.</summary>
    string Description { get; }

    /// <summary>Finds the places where the mistake can be made.</summary>
    /// <param name="source">A good program.</param>
    /// <returns>A mutation for each place, in the order of the source. Tests may or may not notice it.</returns>
    IEnumerable<Mutation> Find(PythonSource source);
}
