using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Reports;

namespace ReflectionCoder.Tests.Evaluation.Reporting;

public sealed class EvaluationComparisonTests
{
    [Fact]
    public void CompareWith_OneCompletionATask_IsMcNemars()
    {
        EvaluationReport first = Report("base", "ppppppffff");
        EvaluationReport second = Report("tuned", "pfppppppfp");
        EvaluationComparison comparison = second.CompareWith(first).Comparison!;
        Assert.Equal(("base", "tuned", 10), (comparison.First, comparison.Second, comparison.Tasks));
        Assert.Equal(["HumanEval/1"], comparison.OnlyFirst);
        Assert.Equal(["HumanEval/6", "HumanEval/7", "HumanEval/9"], comparison.OnlySecond);
        Assert.Equal((0.6, 0.8), (comparison.FirstPassAt1, comparison.SecondPassAt1));
        Assert.Equal(0.2, comparison.Difference, 12);
        Assert.Equal(0.625, comparison.PValue, 12);
        Assert.InRange(0.2, comparison.Low, comparison.High);
        Assert.True(comparison.OneCompletionATask);
        Assert.Empty(comparison.LeftOut);
        Assert.Empty(comparison.Notes);

        EvaluationComparison turned = first.CompareWith(second).Comparison!;
        Assert.Equal(comparison.OnlyFirst, turned.OnlySecond);
        Assert.Equal(comparison.OnlySecond, turned.OnlyFirst);
        Assert.Equal((comparison.PValue, -comparison.Low, -comparison.High), (turned.PValue, turned.High, turned.Low));
    }

    [Fact]
    public void CompareWith_SeveralCompletions_GoesByPassRates()
    {
        EvaluationReport first = Report("a", "pppf,ffff,pfff");
        EvaluationReport second = Report("b", "ppff,pfff,fpff");
        EvaluationComparison comparison = second.CompareWith(first).Comparison!;
        Assert.Equal(["HumanEval/0"], comparison.OnlyFirst);
        Assert.Equal(["HumanEval/1"], comparison.OnlySecond);
        Assert.Equal((0, 1), (comparison.Difference, comparison.PValue));
        Assert.False(comparison.OneCompletionATask);
    }

    [Fact]
    public void CompareWith_TasksOfOneRunOrNotJudged_AreLeftOut()
    {
        EvaluationReport first = Report("a", "ppt-p");
        EvaluationReport second = Report("b", "fspp-");
        EvaluationComparison comparison = second.CompareWith(first).Comparison!;
        Assert.Equal(["HumanEval/1", "HumanEval/2", "HumanEval/3", "HumanEval/4"], comparison.LeftOut.Order());
        Assert.Equal((1, 1.0, 0.0), (comparison.Tasks, comparison.FirstPassAt1, comparison.SecondPassAt1));
    }

    [Fact]
    public void CompareWith_OtherBenchmarkOrNothingInCommon_Throws()
    {
        EvaluationReport report = Report("a", "p-");
        Assert.Throws<ArgumentException>(() => report.CompareWith(report with { Benchmark = "mbpp" }));
        Assert.Throws<ArgumentException>(() => report.CompareWith(Report("b", "-p")));
    }

    [Fact]
    public void CompareWith_OtherWayOfMeasuring_SaysSo()
    {
        EvaluationReport report = Report("a", "pf");
        EvaluationReport other = report with { Limits = SandboxLimits.Default, Extractor = "paper" };
        EvaluationComparison comparison = report.CompareWith(other).Comparison!;
        Assert.Equal(2, comparison.Notes.Count);
        Assert.Contains("5 s of processor time, 10 s of wall-clock time, 2 GiB of memory in the first run", comparison.Notes[0]);
        Assert.Equal(("first", "second"), (comparison.First, comparison.Second)); // both are called the same
    }

    [Fact]
    public void ToPage_Comparison_ShowsBothPrograms()
    {
        EvaluationReport report = Report("tuned", "pfp").CompareWith(Report("base", "fpp"));
        string html = report.ToPage().ToHtml();
        MarkupReader.CheckNesting(html);
        Assert.Contains("<summary>only tuned passes: 1 task</summary>", html);
        Assert.Contains("<summary>only base passes: 1 task</summary>", html);
        Assert.Contains("McNemar&#39;s exact test", html);
        Assert.Equal(2, html.Split("<div class=\"side-by-side\">").Length - 1);
    }

    /// <summary>A report: p passed, f failed, t toolchain missing, s sandbox failed, - no completion; commas part tasks.</summary>
    private static EvaluationReport Report(string name, string tasks)
    {
        string[] parts = tasks.Contains(',') ? tasks.Split(',') : [.. tasks.Select(c => c.ToString())];
        return EvaluationReport.Create(
            ReportExamples.Problems(parts.Length),
            [
                .. parts.SelectMany(
                    (part, task) =>
                        part.Index()
                            .Where(one => one.Item != '-')
                            .Select(one => ReportExamples.Result(task, OutcomeOf(one.Item), one.Index))
                ),
            ],
            new EvaluationReportOptions { Benchmark = "humaneval", Name = name }
        );

        static SandboxOutcome OutcomeOf(char c) =>
            c switch
            {
                'p' => SandboxOutcome.Passed,
                'f' => SandboxOutcome.Failed,
                't' => SandboxOutcome.ToolchainMissing,
                _ => SandboxOutcome.SandboxFailure,
            };
    }
}
