using System.Collections.ObjectModel;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>What an author made of one task and variant.</summary>
/// <param name="Conversation">The sequence, whose final code has passed the task's asserts; null when the author found none.</param>
public sealed record ReflectionDraft(Conversation? Conversation)
{
    /// <summary>
    /// Kinds of the mistakes that the sequence corrects, in order, by the author's own names, such as <c>missing-colon</c>. The default
    /// value is none: the author doesn't tell, or the only attempt passes.
    /// </summary>
    public IReadOnlyList<string> Mistakes { get; init; } = [];

    /// <summary>
    /// Equal for two sequences of a task that correct the same mistakes, whatever their words. The default value is null: the author
    /// doesn't tell, and two sequences are the same where their programs are.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>How many attempts were not used, by the author's own names of the reasons. The default value is none.</summary>
    public IReadOnlyDictionary<string, int> Rejections { get; init; } = ReadOnlyDictionary<string, int>.Empty;
}
