namespace ReflectionCoder.Generation;

/// <summary>A prompt to continue.</summary>
/// <param name="PromptIds">The prompt, at least one id.</param>
internal sealed record TokenRequest(IReadOnlyList<int> PromptIds)
{
    /// <summary>
    /// How to choose and when to stop; null, the default, takes the generator's. <see cref="GenerationOptions.BatchSize"/> is always the
    /// generator's.
    /// </summary>
    public GenerationOptions? Options { get; init; }

    /// <summary>
    /// Decides the samples together with <see cref="GenerationOptions.Seed"/>; answers to one prompt need different ones. Null, the
    /// default, counts the generator's requests without an index, from 0.
    /// </summary>
    public long? Index { get; init; }

    /// <summary>
    /// Called with each new id, the stop token left out; false ends the answer behind it. Null, the default, listens to none.
    /// </summary>
    public Func<int, bool>? OnToken { get; init; }
}

/// <summary>Generated token ids.</summary>
/// <param name="Ids">The new ids, the stop token left out.</param>
/// <param name="FinishReason">Why generation ended.</param>
internal sealed record GeneratedTokens(IReadOnlyList<int> Ids, FinishReason FinishReason);
