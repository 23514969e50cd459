namespace ReflectionCoder.Curation;

/// <summary>A text of a benchmark that must not be in the training data: an instruction, a prompt or a reference solution.</summary>
/// <param name="Benchmark">
/// Name of the benchmark. The translations of one benchmark into several languages have different names, because they share their tasks.
/// </param>
/// <param name="TaskId">Id of the task in the benchmark. A task may have several texts.</param>
/// <param name="Text">The text.</param>
public sealed record BenchmarkText(string Benchmark, string TaskId, string Text);
