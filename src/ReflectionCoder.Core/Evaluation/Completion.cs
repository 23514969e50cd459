using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>A candidate solution.</summary>
/// <param name="TaskId">The problem it answers.</param>
/// <param name="Sample">Which of the problem's samples, from 0.</param>
/// <param name="Code">The code, fences already taken off.</param>
public sealed record Completion(string TaskId, int Sample, string Code);

/// <summary>Reads completions, one <c>{"task_id", "completion"}</c> a line.</summary>
/// <remarks>A number as task id is MBPP's, whose own files have numbers: 2 is <c>Mbpp/2</c>, as among the problems.</remarks>
public static class CompletionReader
{
    /// <summary>Reads all completions; a task's are numbered in the order they come.</summary>
    /// <param name="path">The file; read as gzip when its name ends in <c>.gz</c>.</param>
    /// <param name="problems">What they may answer; null to allow any task id.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The completions in the order of the file, at least one.</returns>
    /// <exception cref="DataFormatException">
    /// A line lacks a field or names a task that isn't among the problems; or there is none.
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
