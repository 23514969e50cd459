namespace ReflectionCoder.Samples;

/// <summary>Which author writes: a model at an endpoint, a model of ours in a folder, or mutations where neither is given.</summary>
internal sealed record AuthorSettings
{
    public required string? Endpoint { get; init; }

    public required string? Model { get; init; }

    public required string ApiKeyVariable { get; init; }

    public required string? ModelDirectory { get; init; }

    public required string? Adapter { get; init; }

    public required string Device { get; init; }

    public required int MaxSequenceTokens { get; init; }

    public required int MaxMistakes { get; init; }

    public required int Rounds { get; init; }

    public required int? MaxOutputTokens { get; init; }

    public required float? Temperature { get; init; }

    public required decimal? InputPrice { get; init; }

    public required decimal? OutputPrice { get; init; }

    public required decimal? MaxCost { get; init; }

    public required long? MaxTotalTokens { get; init; }

    public required int? RequestsPerMinute { get; init; }

    public required int? TokensPerMinute { get; init; }
}
