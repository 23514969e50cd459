using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>A candidate solution of a problem.</summary>
/// <param name="TaskId">Id of the problem that it answers.</param>
/// <param name="Sample">Number among the problem's samples, from 0.</param>
/// <param name="Code">The code, without code fences.</param>
public sealed record Completion(string TaskId, int Sample, string Code);

/// <summary>
/// Reads completions from JSONL or a JSON array. Each is an object with the fields <c>task_id</c> and <c>completion</c>. Thread-safe.
/// </summary>
/// <remarks>
/// A task id may be a number, as in MBPP's own files: 2 means <c>Mbpp/2</c>. <see cref="Benchmarks.IBenchmark"/> does the same.
/// </remarks>
public static class CompletionReader
{
    /// <summary>Reads all completions of a file. Those of one task are numbered from 0, in the order of the file.</summary>
    /// <param name="path">The file; decompressed if its name ends in <c>.gz</c>.</param>
    /// <param name="problems">The problems that may be answered. The default value is null: any task id is allowed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The completions in the order of the file, at least one.</returns>
    /// <exception cref="DataFormatException">
    /// A field is missing, a task is not among the problems, or the file holds no completion.
    /// </exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<IReadOnlyList<Completion>> ReadAsync(
        string path,
        IReadOnlyList<EvaluationProblem>? problems = null,
        CancellationToken cancellationToken = default
    )
    {
        HashSet<string>? known = problems?.Select(problem => problem.TaskId).ToHashSet();
        var counts = new Dictionary<string, int>();
        var completions = new List<Completion>();
        await foreach (JsonField record in JsonRecords.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            string taskId = record.GetTaskId();
            if (known?.Contains(taskId) == false)
            {
                throw record.LineError($"task '{taskId}' is not among the problems");
            }

            int sample = counts.GetValueOrDefault(taskId);
            counts[taskId] = sample + 1;
            completions.Add(new Completion(taskId, sample, record.GetText("completion")));
        }

        return completions.Count > 0 ? completions : throw new DataFormatException(path, 0, "holds no completion");
    }
}
