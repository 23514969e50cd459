using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// A benchmark: how its files are read, how models are asked, how answers become code, and how code is judged. Thread-safe.
/// </summary>
/// <remarks>
/// All but the reading is a part of each problem: <see cref="EvaluationProblem.Instruction"/>, <see cref="EvaluationProblem.Extractor"/>
/// and
/// <see cref="EvaluationProblem.Tests"/>. So an <see cref="Evaluator"/> takes problems of any benchmark, a host's own among them.
/// </remarks>
public interface IBenchmark
{
    /// <summary>The benchmark's name in commands and reports, such as <c>humaneval-plus</c>.</summary>
    string Name { get; }

    /// <summary>Reads all problems of a file: JSONL or a JSON array, plain or compressed (<c>.gz</c>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The problems in the order of the file, at least one; their ids are unique.</returns>
    /// <exception cref="DataFormatException">The file doesn't have the format, holds no problem, or holds an id twice.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    Task<IReadOnlyList<EvaluationProblem>> ReadAsync(string path, CancellationToken cancellationToken = default);
}
