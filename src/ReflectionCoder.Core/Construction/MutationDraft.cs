using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>Why a broken program was not used.</summary>
internal enum MutationRejection
{
    /// <summary>The tests passed, so they don't notice the mistake.</summary>
    TestsPassed,

    /// <summary>It reached the time limit.</summary>
    TimedOut,

    /// <summary>It reached another limit of the sandbox.</summary>
    LimitExceeded,

    /// <summary>The sandbox failed, or its Python is missing: nothing is known of it.</summary>
    NotRun,

    /// <summary>It printed more than an execution block may hold.</summary>
    OutputTooLong,

    /// <summary>It printed a memory address, or something else in a later run.</summary>
    NotRepeatable,

    /// <summary>Its error output was no traceback.</summary>
    NoTraceback,

    /// <summary>With two mistakes in it, its error didn't show which of them caused it.</summary>
    MistakesNotSeparable,

    /// <summary>The whole sequence was too long.</summary>
    SequenceTooLong,

    /// <summary>The task's own solution did not pass.</summary>
    SolutionFailed,

    /// <summary>The task has no solution to break.</summary>
    NoSolution,

    /// <summary>The task has no tests, so that a mistake isn't noticed.</summary>
    NoTests,

    /// <summary>The task is in a language that the author was not given.</summary>
    OtherLanguage,

    /// <summary>The task's own solution could not be parsed.</summary>
    SolutionUnreadable,
}

/// <summary>What <see cref="MutationAuthor"/> wrote for one task and variant.</summary>
/// <param name="Conversation">The sequence; null if no broken program could be used.</param>
/// <param name="Mutations">The mistakes in it, in the order in which they are corrected; empty if its only attempt passes.</param>
/// <param name="Rejections">For each reason, how many broken programs were not used.</param>
internal sealed record MutationDraft(
    Conversation? Conversation,
    IReadOnlyList<Mutation> Mutations,
    IReadOnlyDictionary<MutationRejection, int> Rejections
)
{
    /// <summary>A sentence about why there is no sequence; null for none.</summary>
    public string? Detail { get; init; }

    /// <summary>The draft in the form that every author returns.</summary>
    public ReflectionDraft ToReflectionDraft() =>
        new(Conversation)
        {
            Mistakes = [.. Mutations.Select(mutation => mutation.Operator)],
            Key = Conversation is null ? null : Key(Mutations),
            Rejections = Rejections.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
            Reason = Conversation is null && Rejections.Count > 0 ? Rejections.MaxBy(pair => pair.Value).Key.ToString() : null,
            Detail = Detail,
            IsTransient = Conversation is null && Rejections.ContainsKey(MutationRejection.NotRun),
        };

    private static string Key(IReadOnlyList<Mutation> mutations) =>
        string.Join(
            '|',
            mutations
                .SelectMany(mutation => mutation.Edits)
                .Select(edit => $"{edit.Start} {edit.Length} {edit.Replacement}")
                .Order(StringComparer.Ordinal)
        );
}
