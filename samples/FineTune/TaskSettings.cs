namespace ReflectionCoder.Samples.FineTune;

/// <summary>Problems that the model solves during training.</summary>
/// <param name="Problems">The benchmark's file.</param>
/// <param name="Benchmark">The benchmark's name.</param>
/// <param name="Split">The part to use; null for all.</param>
/// <param name="EverySteps">Steps between evaluations; null for the start and the end alone.</param>
/// <param name="MaxProblems">How many of the problems; null for all.</param>
/// <param name="MaxNewTokens">Most tokens of an answer.</param>
/// <param name="Unisolated">Run answers without a sandbox.</param>
internal sealed record TaskSettings(
    string Problems,
    string Benchmark,
    string? Split,
    long? EverySteps,
    int? MaxProblems,
    int MaxNewTokens,
    bool Unisolated
);
