namespace ReflectionCoder.Batching;

/// <summary>
/// A micro-batch as one packed sequence: teacher rows whole, then student rows with their hidden tokens left out and their original
/// position ids kept; nothing is padded.
/// </summary>
/// <remarks>Leaving a hidden token out is exact: it influences no loss and no visible token (docs/numerics.md).</remarks>
internal sealed record PackedBatch
{
    /// <summary>Token ids, N.</summary>
    public required long[] TokenIds { get; init; }

    /// <summary>Position ids, N.</summary>
    public required long[] PositionIds { get; init; }

    /// <summary>Tokens of each row; teacher rows first, then (reflection samples) as many student rows.</summary>
    public required int[] RowLengths { get; init; }

    /// <summary>Indices into the N tokens whose logits predict a label, teacher then student.</summary>
    public required long[] CrossEntropyRows { get; init; }

    /// <summary>The label each of them predicts.</summary>
    public required long[] CrossEntropyLabels { get; init; }

    /// <summary>Teacher side of the divergence's pairs.</summary>
    public required long[] TeacherRows { get; init; }

    /// <summary>Student side of the divergence's pairs.</summary>
    public required long[] StudentRows { get; init; }

    /// <summary>Tokens of the samples, each counted once (bos and eos in, the student copy out): what throughput is quoted in.</summary>
    public required int SampleTokens { get; init; }

    /// <summary>Student tokens left out.</summary>
    public required int HiddenTokens { get; init; }
}
