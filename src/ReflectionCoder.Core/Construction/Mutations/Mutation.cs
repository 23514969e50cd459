namespace ReflectionCoder.Construction.Mutations;

/// <summary>A replacement in a text.</summary>
/// <param name="Start">Where it starts, in UTF-16 units.</param>
/// <param name="Length">How much is taken out, 0 to insert.</param>
/// <param name="Replacement">What comes in, empty to delete.</param>
internal sealed record TextEdit(int Start, int Length, string Replacement)
{
    /// <summary>Position behind what is taken out.</summary>
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

/// <summary>One way to break a program, with what is then wrong and how to put it right.</summary>
/// <param name="Operator">Name of the operator that found it.</param>
/// <param name="Edits">What is changed in the good source.</param>
/// <param name="Diagnosis">One sentence that says what is wrong with the broken program.</param>
/// <param name="Repair">One sentence, in the first person, that says how it is put right.</param>
internal sealed record Mutation(string Operator, IReadOnlyList<TextEdit> Edits, string Diagnosis, string Repair);

/// <summary>What a kind of mistake most often leads to.</summary>
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

    /// <summary>What its mistakes most often lead to.</summary>
    MutationKind Kind { get; }

    /// <summary>Whether nearly every program has a place for it: drawn more rarely then, so that the others get their turn.</summary>
    bool IsCommon { get; }

    /// <summary>What it changes, in one line.</summary>
    string Description { get; }

    /// <summary>Finds the places.</summary>
    /// <param name="source">A good program.</param>
    /// <returns>A mutation for each place, in the order of the source; whether tests notice it is not yet known.</returns>
    IEnumerable<Mutation> Find(PythonSource source);
}
