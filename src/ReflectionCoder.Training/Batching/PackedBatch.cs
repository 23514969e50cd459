namespace ReflectionCoder.Batching;

/// <summary>
/// A micro-batch as one packed sequence, without padding: complete teacher rows, then student rows. Student rows lack their hidden tokens;
/// the other tokens keep their position ids.
/// </summary>
/// <remarks>Leaving hidden tokens out doesn't change the result: they influence no loss and no visible token (docs/numerics.md).</remarks>
internal sealed record PackedBatch
{
    /// <summary>Token ids, N.</summary>
    public required long[] TokenIds { get; init; }

    /// <summary>Position ids, N.</summary>
    public required long[] PositionIds { get; init; }

    /// <summary>Number of tokens in each row: first the teacher rows, then, for reflection samples, as many student rows.</summary>
    public required int[] RowLengths { get; init; }

    /// <summary>Indices of the tokens whose logits predict a label, in teacher rows, then in student rows.</summary>
    public required long[] CrossEntropyRows { get; init; }

    /// <summary>The label that each of <see cref="CrossEntropyRows"/> predicts.</summary>
    public required long[] CrossEntropyLabels { get; init; }

    /// <summary>Indices of the teacher's tokens in the pairs of the divergence.</summary>
    public required long[] TeacherRows { get; init; }

    /// <summary>Indices of the student's tokens in these pairs, in the same order.</summary>
    public required long[] StudentRows { get; init; }

    /// <summary>The weight of each pair: that of its sample. Null where all samples have weight 1.</summary>
    public double[]? PairWeights { get; init; }

    /// <summary>
    /// Number of tokens of the samples, bos and eos included and student rows not counted. Throughput is measured in these.
    /// </summary>
    public required int SampleTokens { get; init; }

    /// <summary>Number of hidden student tokens, which were left out.</summary>
    public required int HiddenTokens { get; init; }

    /// <summary>Indices of the tokens whose hidden states the loss needs, ascending, each once.</summary>
    public long[] LossRows() => [.. CrossEntropyRows.Concat(TeacherRows).Concat(StudentRows).Distinct().Order()];
}
