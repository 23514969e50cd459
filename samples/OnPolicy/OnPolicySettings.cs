using ReflectionCoder.OnPolicy;

namespace ReflectionCoder.Samples.OnPolicy;

/// <summary>What the command line says.</summary>
/// <param name="ModelDirectory">The model to train.</param>
/// <param name="TasksFile">The tasks.</param>
/// <param name="Split">The part of them to use; null for all.</param>
/// <param name="Limit">How many of them; null for all.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Dtype">Element type of the weights; null for that of the files.</param>
/// <param name="Unisolated">Run answers without a sandbox.</param>
/// <param name="Rollouts">Answers of a step.</param>
/// <param name="Options">The run.</param>
internal sealed record OnPolicySettings(
    string ModelDirectory,
    string TasksFile,
    string? Split,
    int? Limit,
    string Device,
    string? Dtype,
    bool Unisolated,
    int Rollouts,
    OnPolicyOptions Options
);
