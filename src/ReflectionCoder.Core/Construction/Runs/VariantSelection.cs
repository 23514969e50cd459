using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Runs;

/// <summary>
/// Chooses among the variants of one task. Variants are given in order; what is chosen depends on them alone, not on when they were
/// finished.
/// </summary>
/// <remarks>
/// In the first half of the variants that may be tried, a sequence must bring a kind of mistake that the task has not had. The others are
/// put aside, and used once the first half is over. No two chosen sequences have the same key.
/// </remarks>
internal sealed class VariantSelection(int wanted, int mostVariants, bool preferNewMistakes)
{
    private readonly HashSet<string> keys = [];
    private readonly HashSet<string> mistakes = [];
    private readonly List<VariantResult> results = [];
    private readonly List<(VariantResult Result, ReflectionDraft Draft)> aside = [];
    private readonly int half = preferNewMistakes ? (mostVariants + 1) / 2 : 0;
    private int kept;
    private int next;

    /// <summary>
    /// How many variants are to be written now: as many as are missing, so that none is written in vain. 0 if the task is done.
    /// </summary>
    public int Wave => Math.Min(wanted - kept, (next < half ? half : mostVariants) - next);

    /// <summary>The number of the next variant.</summary>
    public int Next => next;

    /// <summary>Every variant so far, in order.</summary>
    public IReadOnlyList<VariantResult> Results =>
        [
            .. results
                .Concat(aside.Select(one => one.Result with { Rejection = new Rejection(RejectReason.MistakesRepeated, Detail: null) }))
                .OrderBy(result => result.Variant),
        ];

    /// <summary>Takes the next variant.</summary>
    /// <param name="result">What is known of it; it may be rejected already.</param>
    /// <param name="draft">What its author wrote.</param>
    public void Add(VariantResult result, ReflectionDraft draft)
    {
        next++;
        if (result.Rejection is not null)
        {
            results.Add(result);
        }
        else if (next <= half && draft.Mistakes.Count > 0 && draft.Mistakes.All(mistakes.Contains))
        {
            aside.Add((result, draft));
        }
        else
        {
            Take(result, draft);
        }

        if (next == half)
        {
            UseThoseAside();
        }
    }

    private void UseThoseAside()
    {
        foreach ((VariantResult result, ReflectionDraft draft) in aside.ToArray())
        {
            if (kept < wanted)
            {
                Take(result, draft);
                aside.Remove((result, draft));
            }
        }
    }

    private void Take(VariantResult result, ReflectionDraft draft)
    {
        if (!keys.Add(draft.Key ?? Programs(draft.Conversation!)))
        {
            results.Add(result with { Rejection = new Rejection(RejectReason.SequenceRepeated, Detail: null) });
            return;
        }

        kept++;
        mistakes.UnionWith(draft.Mistakes);
        results.Add(result);
    }

    /// <summary>What tells two sequences of a task apart where their author doesn't.</summary>
    private static string Programs(Conversation conversation) =>
        string.Join('\0', conversation.Messages[1].Content.Where(block => block.Type == BlockType.Code).Select(block => block.Content));
}
