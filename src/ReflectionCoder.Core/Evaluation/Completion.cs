namespace ReflectionCoder.Evaluation;

/// <summary>A candidate solution of a problem.</summary>
/// <param name="TaskId">Id of the problem that it answers.</param>
/// <param name="Sample">Number among the problem's samples, from 0.</param>
/// <param name="Code">The code, without code fences.</param>
public sealed record Completion(string TaskId, int Sample, string Code);
