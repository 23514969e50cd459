using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>Why a broken program was not used.</summary>
internal enum MutationRejection
{
    /// <summary>The tests passed, or it differs from the good program in nothing they see.</summary>
    TestsPassed,

    /// <summary>It ran into the time limit.</summary>
    TimedOut,

    /// <summary>It ran into another limit of the sandbox.</summary>
    LimitExceeded,

    /// <summary>It printed more than an execution block may hold.</summary>
    OutputTooLong,

    /// <summary>It printed something else at the second run, or an address in memory.</summary>
    NotRepeatable,

    /// <summary>Its error output was no traceback.</summary>
    NoTraceback,

    /// <summary>Two mistakes could not be told apart by what the program prints.</summary>
    MistakesNotSeparable,

    /// <summary>The whole sequence came out too long.</summary>
    SequenceTooLong,

    /// <summary>The known-good solution did not pass.</summary>
    SolutionFailed,
}

/// <summary>What <see cref="MutationAuthor"/> made of one task and variant.</summary>
/// <param name="Conversation">The sequence; null when no broken program could be used.</param>
/// <param name="Mutations">The mistakes in it, in the order in which they are corrected; none when its only attempt passes.</param>
/// <param name="Rejections">How many broken programs were not used, by reason.</param>
internal sealed record MutationDraft(
    Conversation? Conversation,
    IReadOnlyList<Mutation> Mutations,
    IReadOnlyDictionary<MutationRejection, int> Rejections
)
{
    /// <summary>The draft as any author's.</summary>
    public ReflectionDraft ToReflectionDraft() =>
        new(Conversation)
        {
            Mistakes = [.. Mutations.Select(mutation => mutation.Operator)],
            Key = Conversation is null ? null : Key(Mutations),
            Rejections = Rejections.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
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
