namespace ReflectionCoder.Curation;

/// <summary>A passage that a text has in common with a benchmark.</summary>
/// <param name="Benchmark">Name of the benchmark.</param>
/// <param name="TaskId">Id of its task.</param>
/// <param name="Passage">The words that they share, as the checked text has them.</param>
public sealed record BenchmarkOverlap(string Benchmark, string TaskId, string Passage)
{
    /// <summary>Says what was found, in one line.</summary>
    /// <returns>The sentence, without a full stop.</returns>
    public override string ToString() => $"shares with {Benchmark} {TaskId} the words '{Passage}'";
}
