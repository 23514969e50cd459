using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Files;

namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>
/// Shows training runs as one HTML page: the curves of all runs in one chart a metric, what was measured first and last, and what the
/// metrics mean.
/// </summary>
public static class TrainingReport
{
    /// <summary>Writes the page. It needs no other file and no network.</summary>
    /// <param name="path">The page; replaced if it exists. Its folder is created if needed.</param>
    /// <param name="runs">
    /// The runs, at least one. A run may still be going on: a last line that is cut off is left out. Of a step that a file holds twice, as
    /// after a resume, the later line counts.
    /// </param>
    /// <param name="evaluations">
    /// Evaluations whose pass@1 is shown beside the runs, each with a <see cref="EvaluationReport.Name"/> of its own, which may be that of
    /// a run. The default value is null: none.
    /// </param>
    /// <param name="title">The page's title. The default value is null: <c>Training runs</c>.</param>
    /// <param name="cancellationToken">Stops before the page is written.</param>
    /// <returns>What was measured first and last, and pass@1, as tables of plain text for a console.</returns>
    /// <exception cref="ArgumentException">
    /// There is no run, a run or an evaluation has no name or the name of another, or the page would replace a metrics file.
    /// </exception>
    /// <exception cref="DataFormatException">
    /// A line isn't an object of numbers with a step, or a file holds no step. Names file, line and field.
    /// </exception>
    /// <exception cref="IOException">A metrics file is missing or can't be read.</exception>
    /// <exception cref="FileWriteException">The page can't be written; the old one is unchanged.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public static async Task<string> WriteAsync(
        string path,
        IReadOnlyList<TrainingReportRun> runs,
        IReadOnlyList<EvaluationReport>? evaluations = null,
        string? title = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(runs);
        evaluations ??= [];
        Check(path, runs);
        CheckNames("evaluation", evaluations.Select(evaluation => evaluation?.Name), nameof(evaluations));
        List<RunMetrics> read = [];
        foreach (TrainingReportRun run in runs)
        {
            read.Add(await MetricsReader.ReadAsync(run, cancellationToken).ConfigureAwait(false));
        }

        TrainingPage page = new(title ?? "Training runs", read, evaluations);
        await page.Create().WriteAsync(path, cancellationToken).ConfigureAwait(false);
        return TrainingText.Of(read, evaluations);
    }

    private static void Check(string path, IReadOnlyList<TrainingReportRun> runs)
    {
        if (runs.Count == 0)
        {
            throw new ArgumentException("There is no run; expected at least one.", nameof(runs));
        }

        CheckNames("run", runs.Select(run => run?.Name), nameof(runs));
        foreach (TrainingReportRun run in runs)
        {
            if (string.IsNullOrEmpty(run.MetricsPath))
            {
                throw new ArgumentException($"Run '{run.Name}' has no metrics file.", nameof(runs));
            }

            if (Path.GetFullPath(run.MetricsPath) == Path.GetFullPath(path))
            {
                throw new ArgumentException($"The page would replace the metrics file of run '{run.Name}', '{path}'.", nameof(path));
            }
        }
    }

    private static void CheckNames(string thing, IEnumerable<string?> names, string parameter)
    {
        HashSet<string> seen = [];
        foreach ((int index, string? name) in names.Index())
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                throw new ArgumentException($"The {thing} at index {index} has no name.", parameter);
            }

            if (!seen.Add(name))
            {
                throw new ArgumentException($"Two {thing}s have the name '{name}'; expected a name of its own for each.", parameter);
            }
        }
    }
}
