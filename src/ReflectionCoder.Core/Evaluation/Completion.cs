namespace ReflectionCoder.Evaluation;

/// <summary>A candidate solution of a problem.</summary>
/// <param name="TaskId">Id of the problem that it answers.</param>
/// <param name="Sample">Number among the problem's samples, from 0.</param>
/// <param name="Code">The code, without code fences.</param>
public sealed record Completion(string TaskId, int Sample, string Code);

/// <summary>A line of a completions file that can't be read.</summary>
/// <param name="Line">Its number, from 1; in a file that is one array, the element's position from 1.</param>
/// <param name="Error">What is wrong with it.</param>
public sealed record MalformedLine(long Line, string Error);

/// <summary>What a file of completions holds.</summary>
/// <param name="Completions">Those that can be read, in the order of the file.</param>
/// <param name="Malformed">The other lines, in the order of the file; blank lines don't count.</param>
public sealed record CompletionFile(IReadOnlyList<Completion> Completions, IReadOnlyList<MalformedLine> Malformed);
