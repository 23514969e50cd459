using System.Collections.ObjectModel;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>What an author wrote for one task and variant.</summary>
/// <param name="Conversation">
/// The reflection sequence and the final answer, which has passed the task's asserts. Null if the author could not write one.
/// </param>
public sealed record ReflectionDraft(Conversation? Conversation)
{
    /// <summary>
    /// The kinds of mistakes that the sequence corrects, in order. The author chooses their names, such as <c>missing-colon</c>. The
    /// default value is an empty list: the only attempt passes, or the author doesn't say.
    /// </summary>
    public IReadOnlyList<string> Mistakes { get; init; } = [];

    /// <summary>
    /// A string that is equal for two sequences of a task that correct the same mistakes, even in other words; finds duplicates. The
    /// default value is null: two sequences are duplicates if their programs are equal.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// For each reason, how many attempts were not used. The author chooses the names of the reasons. The default value is an empty
    /// dictionary.
    /// </summary>
    public IReadOnlyDictionary<string, int> Rejections { get; init; } = ReadOnlyDictionary<string, int>.Empty;
}
