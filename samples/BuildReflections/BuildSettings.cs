namespace ReflectionCoder.Samples;

/// <summary>What <see cref="BuildArguments"/> read.</summary>
internal sealed record BuildSettings
{
    public required IReadOnlyList<string> Tasks { get; init; }

    public required string Output { get; init; }

    public required string? Journal { get; init; }

    public required int PerTask { get; init; }

    public required int HeldOutPerTask { get; init; }

    public required int? Variants { get; init; }

    public required long Seed { get; init; }

    public required int Jobs { get; init; }

    public required IReadOnlyList<string> Decontaminate { get; init; }

    public required double? MaxDivergence { get; init; }

    public required double DivergencePenalty { get; init; }

    public required bool Unisolated { get; init; }
}
