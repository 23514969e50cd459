namespace ReflectionCoder.Tokenization.Samples;

/// <summary>A tokenized set of conversations.</summary>
public sealed record TokenizedSampleSet
{
    /// <summary>The samples that fit, in order.</summary>
    public required IReadOnlyList<TokenizedSample> Kept { get; init; }

    /// <summary>Samples left out because they are longer than the maximum.</summary>
    public required int DroppedOverLength { get; init; }

    /// <summary>Tokens of the longest conversation, dropped ones included, bos and eos counted; 0 for an empty set.</summary>
    public required int LongestLength { get; init; }

    /// <summary>Conversations read.</summary>
    public int Total => Kept.Count + DroppedOverLength;
}
