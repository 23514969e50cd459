namespace ReflectionCoder.Construction.Runs;

/// <summary>The reasons that a run itself gives; an author has its own ones beside them.</summary>
internal static class RejectReason
{
    /// <summary>The line of the input could not be read.</summary>
    public const string Malformed = nameof(Malformed);

    /// <summary>An earlier task has the same id.</summary>
    public const string RepeatedId = nameof(RepeatedId);

    /// <summary>It shares words with a benchmark.</summary>
    public const string Contaminated = nameof(Contaminated);

    /// <summary>An earlier task is equal but for white space.</summary>
    public const string Duplicate = nameof(Duplicate);

    /// <summary>An earlier task, or the final code of one, is nearly equal.</summary>
    public const string NearDuplicate = nameof(NearDuplicate);

    /// <summary>The last attempt and the final code differ too much.</summary>
    public const string Divergence = nameof(Divergence);

    /// <summary>Another sequence of the task corrects the same mistakes, or has the same programs.</summary>
    public const string SequenceRepeated = nameof(SequenceRepeated);

    /// <summary>It brings no new kind of mistake, and enough others did.</summary>
    public const string MistakesRepeated = nameof(MistakesRepeated);

    /// <summary>The author failed by an exception.</summary>
    public const string AuthorFailed = nameof(AuthorFailed);

    /// <summary>The sandbox doesn't run the task's language. Nothing was asked of the author.</summary>
    public const string LanguageNotRun = nameof(LanguageNotRun);

    /// <summary>The author gave neither a sequence nor a reason.</summary>
    public const string NoSequence = nameof(NoSequence);

    /// <summary>The reason for which an author wrote no sequence: what it says, or else what it met most often.</summary>
    public static string Of(ReflectionDraft draft) =>
        draft.Reason
        ?? draft
            .Rejections.OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => pair.Key)
            .FirstOrDefault(NoSequence);
}
