using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Files;
using ReflectionCoder.Reports;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>The results of an evaluation as evidence: estimates with their intervals, and every task with its completions.</summary>
/// <remarks>
/// <para>pass@k is an average over the attempted problems, and every completion of theirs counts. One that wasn't judged, because the
/// machine lacks the language's toolchain or the sandbox failed, counts as not passed: what a program could provoke must not help it.
/// Such completions are also listed apart from wrong ones, and the page warns of them.</para>
/// <para>Immutable and thread-safe, if its lists are not changed.</para>
/// </remarks>
public sealed record EvaluationReport
{
    /// <summary>The benchmark's name; empty if not known.</summary>
    public required string Benchmark { get; init; }

    /// <summary>What was evaluated; empty if not known.</summary>
    public required string Name { get; init; }

    /// <summary>Number of problems in the benchmark.</summary>
    public required int Problems { get; init; }

    /// <summary>Level of the confidence intervals.</summary>
    public required double Level { get; init; }

    /// <summary>Name of the extractor that cut the code out of answers; null if none did.</summary>
    public required string? Extractor { get; init; }

    /// <summary>The limits of each test; null if they differ from problem to problem.</summary>
    public required SandboxLimits? Limits { get; init; }

    /// <summary>The estimates of pass@k, by rising k; the first is pass@1.</summary>
    public required IReadOnlyList<PassEstimate> PassAtK { get; init; }

    /// <summary>
    /// pass@k of the benchmark's original tests, where they are a part of all tests, as in HumanEval+; empty if there is no such part.
    /// </summary>
    public required IReadOnlyList<PassEstimate> BasePassAtK { get; init; }

    /// <summary>The attempted problems, in the order of the benchmark.</summary>
    public required IReadOnlyList<TaskReport> Tasks { get; init; }

    /// <summary>Ids of the problems without a completion, in the order of the benchmark.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>The lines of the completions file that couldn't be read.</summary>
    public required IReadOnlyList<MalformedLine> Malformed { get; init; }

    /// <summary>How this run differs from another. The default value is null: not compared (<see cref="CompareWith"/>).</summary>
    public EvaluationComparison? Comparison { get; init; }

    /// <summary>Number of problems with at least one completion.</summary>
    public int Total => Tasks.Count;

    /// <summary>Number of completions.</summary>
    public int Completions => Tasks.Sum(task => task.Results.Count);

    /// <summary>Number of completions that passed all tests. With one completion a task that is the number of tasks.</summary>
    public int Passed => Tasks.Sum(task => task.Passed);

    /// <summary>The estimate of pass@1.</summary>
    public PassEstimate PassAt1 => PassAtK[0];

    /// <summary>Number of completions that passed the original tests; null if there is no such part.</summary>
    public int? BasePassed => BasePassAtK.Count == 0 ? null : Tasks.Sum(task => task.Results.Count(result => result.BasePassed == true));

    /// <summary>
    /// Tasks of which no completion passed, though at least one was judged. Tasks that ran out of time are among them, and
    /// <see cref="TimedOut"/> names them.
    /// </summary>
    public IReadOnlyList<string> Failing => IdsWhere(task => task.IsFailing);

    /// <summary>Tasks of which a completion ran out of processor or wall-clock time.</summary>
    public IReadOnlyList<string> TimedOut => IdsWhere(task => task.Has(SandboxOutcome.CpuTimeExceeded, SandboxOutcome.WallTimeExceeded));

    /// <summary>Tasks of which a completion wasn't judged, because the machine lacks the language's compiler or interpreter.</summary>
    public IReadOnlyList<string> ToolchainMissing => IdsWhere(task => task.Has(SandboxOutcome.ToolchainMissing));

    /// <summary>Tasks of which a completion wasn't judged, because the sandbox failed.</summary>
    public IReadOnlyList<string> NotJudged => IdsWhere(task => task.Has(SandboxOutcome.SandboxFailure));

    /// <summary>Tasks of which a completion shared a process with its tests, which protects the verdict less well.</summary>
    public IReadOnlyList<string> OneProcess => IdsWhere(task => task.Results.Any(result => result.OneProcess));

    /// <summary>Makes the report of an evaluation.</summary>
    /// <param name="problems">The problems of the benchmark; their ids are unique.</param>
    /// <param name="results">The results, in any order.</param>
    /// <param name="options">What the report says besides, and how it counts. Null for the defaults.</param>
    /// <returns>The report.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="ArgumentException">
    /// A result is of none of the problems, a task has two results of the same sample, or an attempted problem has fewer than k
    /// completions.
    /// </exception>
    public static EvaluationReport Create(
        IReadOnlyList<EvaluationProblem> problems,
        IReadOnlyList<EvaluationResult> results,
        EvaluationReportOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(results);
        options ??= new EvaluationReportOptions();
        options.Validate();
        ILookup<string, EvaluationResult> byTask = results.ToLookup(result => result.TaskId);
        HashSet<string> known = [.. problems.Select(problem => problem.TaskId)];
        if (byTask.FirstOrDefault(group => !known.Contains(group.Key)) is { } stranger)
        {
            throw new ArgumentException($"A result is of '{stranger.Key}', which is not among the problems.", nameof(results));
        }

        TaskReport[] tasks =
        [
            .. problems
                .Where(problem => byTask.Contains(problem.TaskId))
                .Select(problem => TaskReport.Of(problem.TaskId, byTask[problem.TaskId], options.Level)),
        ];
        Check(tasks, options.K);
        SandboxLimits[] limits = [.. problems.Select(problem => options.Limits ?? problem.Tests.DefaultLimits).Distinct()];
        return new EvaluationReport
        {
            Benchmark = options.Benchmark,
            Name = options.Name,
            Problems = problems.Count,
            Level = options.Level,
            Extractor = options.Extractor ?? ExtractorOf(problems, results),
            Limits = limits.Length == 1 ? limits[0] : null,
            PassAtK = TaskReport.Estimate(tasks, options.K, options.Level, result => result.Passed),
            BasePassAtK = results.Any(result => result.BasePassed is not null)
                ? TaskReport.Estimate(tasks, options.K, options.Level, result => result.BasePassed == true)
                : [],
            Tasks = tasks,
            Missing = [.. problems.Select(problem => problem.TaskId).Where(id => !byTask.Contains(id))],
            Malformed = options.Malformed,
        };
    }

    /// <summary>Reads a report that <see cref="WriteAsync"/> wrote, for example to compare another run with it.</summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>
    /// The report, without its comparison. All that follows from the tasks is computed again, so that it can't contradict them.
    /// </returns>
    /// <exception cref="DataFormatException">The file isn't a report, or its counts contradict its tasks. Names file and field.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<EvaluationReport> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        byte[] content = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        return JsonField.Read(path, content, EvaluationReportReader.Read);
    }

    /// <summary>Compares this run with an earlier one on the same problems, task by task.</summary>
    /// <param name="first">The report of the earlier run.</param>
    /// <returns>This report with <see cref="Comparison"/>, in which it is the second run.</returns>
    /// <exception cref="ArgumentException">
    /// The reports name different benchmarks, or have no task in common that was judged in both.
    /// </exception>
    public EvaluationReport CompareWith(EvaluationReport first)
    {
        ArgumentNullException.ThrowIfNull(first);
        return this with { Comparison = EvaluationComparison.Of(first, this) };
    }

    /// <summary>Counts how the tests of the completions ended.</summary>
    /// <returns>
    /// The number of completions for each outcome that occurred. <see cref="SandboxOutcome.Passed"/> counts those that passed all tests.
    /// </returns>
    public IReadOnlyDictionary<SandboxOutcome, int> CountOutcomes() =>
        Tasks.SelectMany(task => task.Results).CountBy(result => result.Outcome).ToDictionary();

    /// <summary>The report as a page for people.</summary>
    /// <returns>The page.</returns>
    internal ReportPage ToPage() => EvaluationPage.Of(this);

    /// <summary>The report as JSON, which <see cref="ReadAsync"/> reads.</summary>
    /// <returns>Indented JSON; the same report gives the same text.</returns>
    public string ToJson() => EvaluationReportWriter.Write(this);

    /// <summary>Writes the report as JSON, and its page beside it: <c>report.json</c> and <c>report.html</c>.</summary>
    /// <param name="path">The JSON file; its name ends in <c>.json</c>. Both files are replaced if they exist.</param>
    /// <param name="cancellationToken">Stops between the files.</param>
    /// <returns>Path of the page.</returns>
    /// <exception cref="ArgumentException">The name doesn't end in <c>.json</c>.</exception>
    /// <exception cref="FileWriteException">A file can't be written.</exception>
    public async Task<string> WriteAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{path}' must end in .json; the page is written beside it, with .html.", nameof(path));
        }

        string page = Path.ChangeExtension(path, ".html");
        await ReportFile.WriteAsync(path, ToJson(), cancellationToken).ConfigureAwait(false);
        await ToPage().WriteAsync(page, cancellationToken).ConfigureAwait(false);
        return page;
    }

    /// <summary>Refuses results that can't be counted.</summary>
    private static void Check(TaskReport[] tasks, IReadOnlyList<int> k)
    {
        foreach (TaskReport task in tasks)
        {
            if (task.Results.CountBy(result => result.Sample).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice)
            {
                throw new ArgumentException($"Task '{task.TaskId}' has two results of sample {twice.Key}.", nameof(tasks));
            }

            if (k.FirstOrDefault(value => value > task.Results.Count) is > 0 and int most)
            {
                throw new ArgumentException(
                    $"pass@{most} needs at least {most} completions of each problem; '{task.TaskId}' has {task.Results.Count}.",
                    nameof(k)
                );
            }
        }
    }

    private static string? ExtractorOf(IReadOnlyList<EvaluationProblem> problems, IReadOnlyList<EvaluationResult> results) =>
        results.Any(result => result.RequestFingerprint is not null)
            ? string.Join(", ", problems.Select(problem => problem.Extractor.Name).Distinct())
            : null;

    private string[] IdsWhere(Func<TaskReport, bool> holds) => [.. Tasks.Where(holds).Select(task => task.TaskId)];
}
