namespace ReflectionCoder.Generation;

/// <summary>A prompt to continue.</summary>
/// <param name="PromptIds">The prompt, at least one id.</param>
internal sealed record TokenRequest(IReadOnlyList<int> PromptIds)
{
    /// <summary>
    /// How tokens are chosen and when to stop; <see cref="GenerationOptions.BatchSize"/> has no effect here. The default value is null: the
    /// generator's options.
    /// </summary>
    public GenerationOptions? Options { get; init; }

    /// <summary>
    /// Decides, together with <see cref="GenerationOptions.Seed"/>, what is drawn. The default value is null: the generator numbers
    /// requests without an index itself, from 0.
    /// </summary>
    public long? Index { get; init; }

    /// <summary>
    /// Called with each new id, except the stop token; if it returns false, the answer ends after that id. The default value is null: not
    /// called.
    /// </summary>
    public Func<int, bool>? OnToken { get; init; }
}

/// <summary>Generated token ids.</summary>
/// <param name="Ids">The new ids, without the stop token.</param>
/// <param name="FinishReason">Why generation ended.</param>
internal sealed record GeneratedTokens(IReadOnlyList<int> Ids, FinishReason FinishReason)
{
    /// <summary>The stop token that the model wrote; null where the answer ended otherwise. The default value is null.</summary>
    public int? StopToken { get; init; }
}
