using System.Globalization;
using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Reports;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>The page of an evaluation: what came out, how sure it is, which tasks fail and why, and how it was measured.</summary>
internal static class EvaluationPage
{
    /// <summary>Makes the page.</summary>
    public static ReportPage Of(EvaluationReport report)
    {
        string benchmark = report.Benchmark.Length > 0 ? report.Benchmark : "Evaluation";
        List<ReportSection> sections = [new("Result", ResultOf(report))];
        if (report.Comparison is { } comparison)
        {
            sections.Add(new ReportSection("Comparison", ComparisonBlocks.Of(comparison)));
        }

        sections.Add(new ReportSection("Tasks", [TaskBlocks.TableOf(report)]));
        sections.Add(new ReportSection("How it was measured", MeasuringOf(report)));
        if (report.Tasks.Any(task => task.Passed < task.Results.Count))
        {
            sections.Add(new ReportSection("Completions that did not pass", TaskBlocks.DetailsOf(report)));
        }

        return new ReportPage
        {
            Title = report.Name.Length > 0 ? $"{report.Name} on {benchmark}" : benchmark,
            Subtitle =
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Words.Count(report.Total, "task")} of {report.Problems:N0}, {Words.Count(report.Completions, "completion")}. "
                ) + $"Limits of a test: {OutcomeWords.Of(report.Limits)}.",
            Sections = sections,
        };
    }

    private static List<ReportBlock> ResultOf(EvaluationReport report)
    {
        List<ReportBlock> blocks = [.. WarningsOf(report).Select(warning => ReportBlock.Text(warning, ReportTone.Warning))];
        IReadOnlyDictionary<SandboxOutcome, int> outcomes = report.CountOutcomes();
        int timedOut = Count(SandboxOutcome.CpuTimeExceeded) + Count(SandboxOutcome.WallTimeExceeded);
        int unjudged = Count(SandboxOutcome.ToolchainMissing) + Count(SandboxOutcome.SandboxFailure);
        int wrong = report.Completions - report.Passed - timedOut - unjudged;
        List<ReportFigure> figures = [.. report.PassAtK.Select(estimate => FigureOf(estimate, "", report.Level))];
        figures.AddRange(report.BasePassAtK.Take(1).Select(estimate => FigureOf(estimate, ", original tests", report.Level)));
        string all = $"of {Words.Count(report.Completions, "completion")}";
        figures.Add(new ReportFigure("Passed", Words.Number(report.Passed), all, ReportTone.Good));
        figures.Add(new ReportFigure("Wrong", Words.Number(wrong), "wrong answers, errors, crashes", Unless0(wrong, ReportTone.Bad)));
        figures.Add(new ReportFigure("Timed out", Words.Number(timedOut), "apart from wrong ones", Unless0(timedOut, ReportTone.Warning)));
        if (unjudged > 0)
        {
            figures.Add(new ReportFigure("Not judged", Words.Number(unjudged), "toolchain missing or sandbox failed", ReportTone.Warning));
        }

        blocks.Add(ReportBlock.Figures(figures));
        blocks.Add(
            ReportBlock.Bars(
                "How the tests ended",
                [
                    .. OutcomeWords
                        .All.Where(outcome => Count(outcome) > 0)
                        .Select(outcome => (OutcomeWords.Of(outcome), Words.Bar(Count(outcome), OutcomeWords.ToneOf(outcome)))),
                ]
            )
        );
        if (report.PassAtK.Count > 1)
        {
            blocks.Add(
                ReportBlock.Lines(
                    "pass@k",
                    "k",
                    "pass@k in %",
                    [
                        LineOf("estimate", report.PassAtK, estimate => estimate.Value),
                        LineOf("upper end of the interval", report.PassAtK, estimate => estimate.High),
                        LineOf("lower end of the interval", report.PassAtK, estimate => estimate.Low),
                        .. report.BasePassAtK.Count == 0
                            ? (IEnumerable<ReportLine>)[]
                            : [LineOf("estimate, original tests", report.BasePassAtK, estimate => estimate.Value)],
                    ]
                )
            );
        }

        return blocks;

        int Count(SandboxOutcome outcome) => outcomes.GetValueOrDefault(outcome);

        static ReportTone Unless0(int count, ReportTone tone) => count > 0 ? tone : ReportTone.Neutral;
    }

    private static ReportLine LineOf(string name, IReadOnlyList<PassEstimate> estimates, Func<PassEstimate, double> valueOf) =>
        new(name, [.. estimates.Select(estimate => ((double)estimate.K, 100 * valueOf(estimate)))]);

    private static ReportFigure FigureOf(PassEstimate estimate, string what, double level) =>
        new($"pass@{estimate.K}{what}", Words.Percent(estimate.Value), $"{Words.Level(level)} interval\n{Words.Interval(estimate)}");

    private static IEnumerable<string> WarningsOf(EvaluationReport report)
    {
        if (report.Malformed.Count > 0)
        {
            yield return $"{Words.Count(report.Malformed.Count, "line")} of the completions file could not be read; "
                + "see how it was measured.";
        }

        if (report.Missing.Count > 0)
        {
            yield return $"{Words.Subject(report.Missing.Count, "problem", "has", "have")} no completion. "
                + "pass@k is an average over the others, which may be easier.";
        }

        if (report.ToolchainMissing.Count > 0)
        {
            yield return $"{Words.Count(report.ToolchainMissing.Count, "task")} could not be judged, because the machine lacks the "
                + "language's compiler or interpreter. pass@k counts this as not passed, though it says nothing about the completions.";
        }

        if (report.NotJudged.Count > 0)
        {
            yield return $"{Words.Count(report.NotJudged.Count, "task")} could not be judged, because the sandbox failed. "
                + "pass@k counts this as not passed. Another run of the evaluation tries again.";
        }

        if (report.OneProcess.Count > 0)
        {
            yield return $"{Words.Subject(report.OneProcess.Count, "task", "was", "were")} judged with completion and tests in one "
                + "process. A completion that attacks its tests is found less surely there.";
        }
    }

    private static List<ReportBlock> MeasuringOf(EvaluationReport report)
    {
        string level = Words.Level(report.Level);
        List<ReportBlock> blocks =
        [
            ReportBlock.Text(
                $"Limits of a test: {OutcomeWords.Of(report.Limits)}.\n"
                    + $"Code cut out of answers by: {report.Extractor ?? "nothing; completions were given as code"}."
            ),
            ReportBlock.Text(
                "pass@k is the chance that at least one of k completions passes, by the unbiased estimate of Chen et al. 2021, averaged "
                    + $"over the tasks. Its interval, at a level of {level}, is Wilson's score interval (1927), with an effective number "
                    + "of tasks where a task has several completions (Dean and Pagano 2015). It says how much the value would scatter over "
                    + "other tasks of the same kind. It says nothing about tasks of another kind."
            ),
        ];
        if (report.Missing.Count > 0)
        {
            blocks.Add(
                ReportBlock.Detail(
                    $"Problems without a completion ({report.Missing.Count})",
                    [ReportBlock.Code("Task ids", string.Join('\n', report.Missing))]
                )
            );
        }

        if (report.Malformed.Count > 0)
        {
            blocks.Add(
                ReportBlock.Table(
                    "Lines of the completions file that could not be read",
                    [new("Line", IsNumber: true), new("What is wrong")],
                    [
                        .. report.Malformed.Select(line =>
                            (ReportCell[])[new(line.Line.ToString(CultureInfo.InvariantCulture), line.Line), line.Error]
                        ),
                    ]
                )
            );
        }

        return blocks;
    }
}
