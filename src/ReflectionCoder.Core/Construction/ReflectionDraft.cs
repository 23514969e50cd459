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

    /// <summary>
    /// Whose tests the final code has passed. The default value is <see cref="TestOrigin.Task"/>.
    /// </summary>
    public TestOrigin Tests { get; init; } = TestOrigin.Task;

    /// <summary>
    /// Why there is no conversation, as a short name such as <c>Refused</c>; one of the names of <see cref="Rejections"/>. The default
    /// value is null: there is one, or the author doesn't say.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>
    /// More about <see cref="Reason"/>, in a sentence: the server's message, the error of the last run. The default value is null.
    /// </summary>
    public string? Detail { get; init; }

    /// <summary>
    /// Whether another try may end otherwise, because the author couldn't work: its model didn't answer, the sandbox failed. A run that is
    /// started again tries such a draft again. The default value is false.
    /// </summary>
    public bool IsTransient { get; init; }

    /// <summary>
    /// What was written of the sequence, if <see cref="Conversation"/> is null: it may have cost money. The default value is an empty list.
    /// </summary>
    public IReadOnlyList<Block> Attempts { get; init; } = [];
}
