using System.Net;
using System.Text.RegularExpressions;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning.Reporting;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.FineTuning.Reporting;

public sealed class TrainingReportTests : IDisposable
{
    private const RegexOptions Inside = RegexOptions.Singleline | RegexOptions.ExplicitCapture;

    private readonly RunFolder folder = new();

    private string Page => folder["pages/page.html"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Write_TwoRuns_HaveOneChartAMetric()
    {
        (string html, _) = await WriteAsync([Run("plain", 3, kl: null), Run("distilled", 4, kl: 0.5)], title: "Plain and distilled");
        Assert.Contains("<h1>Plain and distilled</h1>", html, StringComparison.Ordinal);
        Assert.Contains("plain: 3 steps, distilled: 4 steps.", html, StringComparison.Ordinal);
        Assert.Equal(
            [
                "Validation: one-off negative log-likelihood a token: nats over optimizer steps for plain, distilled",
                "Validation: own number: eval_own_number over optimizer steps for plain, distilled",
                "Loss: nats over optimizer steps for plain, distilled",
                "Cross entropy: nats over optimizer steps for plain, distilled",
                "KL divergence: nats over optimizer steps for plain (no value), distilled",
                "Learning rate: learning rate over optimizer steps for plain, distilled",
                "Gradient norm: L2 norm over optimizer steps for plain, distilled",
                "Speed: tokens a second over optimizer steps for plain, distilled",
                "focal: focal over optimizer steps for plain, distilled",
            ],
            Charts(html)
        );
        Assert.Contains("KL(teacher ‖ student)", html, StringComparison.Ordinal);
        Assert.DoesNotContain("mean of up to", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_Table_HasFirstAndLastOfEachRun()
    {
        (string html, string text) = await WriteAsync([Run("plain", 3, kl: null), Run("distilled", 4, kl: 0.5)]);
        Assert.Contains("eval_nll | plain | 7 | 0 | 4 | 3 | −3", Rows(html));
        Assert.Contains("eval_nll | distilled | 7 | 0 | 3 | 4 | −4", Rows(html));
        Assert.Contains("loss | plain | 6 | 1 | 4 | 3 | −2", Rows(html));
        Assert.Equal(
            """
            metric           run        first  at step  last  at step
            eval_nll         plain          7        0     4        3
            eval_nll         distilled      7        0     3        4
            eval_own_number  plain       -0.5        3  -0.5        3
            eval_own_number  distilled   -0.5        4  -0.5        4
            loss             plain          6        1     4        3
            loss             distilled      6        1     3        4

            """.ReplaceLineEndings("\n"),
            text
        );
    }

    [Fact]
    public async Task Write_LongRun_SaysWhatAPointIsAndStaysSmall()
    {
        await File.WriteAllLinesAsync(
            folder["long.jsonl"],
            Enumerable.Range(1, 20_000).Select(step => $"{{\"step\":{step},\"loss\":{step % 7},\"grad_norm\":{(step == 777 ? 99 : 1)}}}"),
            TestContext.Current.CancellationToken
        );
        (string html, _) = await WriteAsync([new("long", folder["long.jsonl"])]);
        Assert.Contains("Each point is the mean of up to 50 steps", html, StringComparison.Ordinal);
        int[] points =
        [
            .. Regex
                .Matches(html, "points=\"([^\"]*)\" class=\"line")
                .Select(line => line.Groups[1].Value.Split(' ').Length)
                .Where(count => count > 2), // no legend
        ];
        Assert.Equal(2, points.Length);
        Assert.All(points, count => Assert.InRange(count, 200, 500));
        Assert.Matches("<text[^>]*>100</text>", html); // the axis of the gradient norm holds its one peak
    }

    [Fact]
    public async Task Write_Evaluations_HavePassAt1WithItsInterval()
    {
        (string html, string text) = await WriteAsync(
            [Run("plain", 3, kl: null)],
            [Evaluation("untrained", passed: 0), Evaluation("plain", passed: 3)]
        );
        Assert.Contains("untrained | tasks | 4 | 4 | 0.00 % | 0.00 to 48.99 % | 95 %", Rows(html));
        Assert.Contains("plain | tasks | 4 | 4 | 75.00 % | 30.06 to 95.44 % | 95 %", Rows(html));
        Assert.DoesNotContain("not of the same tasks", html, StringComparison.Ordinal);
        Assert.Contains("\nuntrained       4   0.00 %   0.00 to 48.99 % (95 %)\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\nplain           4  75.00 %  30.06 to 95.44 % (95 %)\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_EvaluationsOfOtherTasks_WarnsTheReader()
    {
        (string html, _) = await WriteAsync(
            [Run("plain", 3, kl: null)],
            [Evaluation("one", passed: 2), Evaluation("two", passed: 2, first: 1)]
        );
        Assert.Contains("not of the same tasks", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_OnlyTheUntrainedModelMeasured_HasItsValues()
    {
        await File.WriteAllTextAsync(folder["base.jsonl"], "{\"step\":0,\"eval_nll\":7}\n", TestContext.Current.CancellationToken);
        (string html, _) = await WriteAsync([new("base", folder["base.jsonl"])]);
        Assert.Contains("eval_nll | base | 7 | 0 | 7 | 0 | 0", Rows(html));
        Assert.Single(Charts(html));
    }

    [Fact]
    public async Task Write_NameWithMarkupAndControlCharacters_IsShownAsText()
    {
        (string html, string text) = await WriteAsync([Run("<b>\u001b[2J", 3, kl: null)]);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("<b>?[2J", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_RunsThatCannotBeTold_Throws()
    {
        TrainingReportRun run = Run("plain", 3, kl: null);
        await Refused([], "at least one");
        await Refused([run, run with { MetricsPath = "other" }], "Two runs have the name 'plain'");
        await Refused([run, run with { Name = " " }], "The run at index 1 has no name");
        await Refused([run, null!], "The run at index 1 has no name");
        await Refused([run with { MetricsPath = "" }], "Run 'plain' has no metrics file");
        await Refused([run with { MetricsPath = Page }], "would replace the metrics file of run 'plain'");
        await Refused([run], "Two evaluations have the name 'one'", [Evaluation("one", 1), Evaluation("one", 2)]);
        await Refused([run], "The evaluation at index 0 has no name", [Evaluation("", 1)]);

        async Task Refused(TrainingReportRun[] runs, string problem, EvaluationReport[]? evaluations = null)
        {
            ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(runs, evaluations));
            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(Page));
        }
    }

    [Fact]
    public async Task Write_BrokenFile_LeavesTheOldPage()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Page)!);
        await File.WriteAllTextAsync(Page, "old", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder["broken.jsonl"], "{\"step\":1}\nno\n", TestContext.Current.CancellationToken);
        DataFormatException error = await Assert.ThrowsAsync<DataFormatException>(() =>
            WriteAsync([Run("plain", 3, kl: null), new("broken", folder["broken.jsonl"])])
        );
        Assert.Equal((folder["broken.jsonl"], 2L), (error.Path, error.Line));
        Assert.Equal("old", await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken));
    }

    private async Task<(string Html, string Text)> WriteAsync(
        TrainingReportRun[] runs,
        EvaluationReport[]? evaluations = null,
        string? title = null
    )
    {
        string text = await TrainingReport.WriteAsync(Page, runs, evaluations, title, TestContext.Current.CancellationToken);
        return (await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken), text);
    }

    /// <summary>A run whose loss and validation metric fall by 1 a step, with a term of its own.</summary>
    private TrainingReportRun Run(string name, int steps, double? kl)
    {
        string path = folder[$"{steps}.jsonl"];
        File.WriteAllLines(
            path,
            [
                "{\"step\":0,\"eval_nll\":7}",
                .. Enumerable
                    .Range(1, steps)
                    .Select(step =>
                        $"{{\"step\":{step},\"max_steps\":{steps},\"loss\":{7 - step},\"ce\":2,\"kl\":{(kl is null ? "null" : "0.5")},"
                        + "\"focal\":0.25,\"mask_rate\":null,\"learning_rate\":0.001,\"grad_norm\":1.5,\"tokens_per_second\":100"
                        + (step == steps ? $",\"eval_nll\":{7 - step},\"eval_own_number\":-0.5}}" : "}")
                    ),
            ]
        );
        return new TrainingReportRun(name, path);
    }

    private static EvaluationReport Evaluation(string name, int passed, int first = 0) =>
        EvaluationReport.Create(
            [
                .. Enumerable
                    .Range(first, 4)
                    .Select(i => new EvaluationProblem
                    {
                        TaskId = $"t/{i}",
                        Instruction = "Write f.",
                        Tests = new PythonTests { Test = "assert f(1)", EntryPoints = ["f"] },
                    }),
            ],
            [
                .. Enumerable
                    .Range(first, 4)
                    .Select(i => new EvaluationResult
                    {
                        TaskId = $"t/{i}",
                        Sample = 0,
                        Passed = i - first < passed,
                        Outcome = i - first < passed ? SandboxOutcome.Passed : SandboxOutcome.Failed,
                        Error = "",
                        Details = "",
                        WallSeconds = 0.125,
                        Completion = "def f(x):\n    return x",
                        Fingerprint = "0123456789abcdef",
                    }),
            ],
            new EvaluationReportOptions { Benchmark = "tasks", Name = name }
        );

    private static string[] Charts(string html) =>
        [.. Regex.Matches(html, "role=\"img\" aria-label=\"([^\"]*)\"").Select(match => WebUtility.HtmlDecode(match.Groups[1].Value))];

    /// <summary>The rows of the page's tables, with bars between the cells.</summary>
    private static string[] Rows(string html) =>
        [
            .. Regex
                .Matches(html, "<tr>(?<row>.*?)</tr>", Inside)
                .Select(row =>
                    string.Join(
                        " | ",
                        Regex
                            .Matches(row.Groups["row"].Value, "<t[dh][^>]*>(?<cell>.*?)</t[dh]>", Inside)
                            .Select(cell => WebUtility.HtmlDecode(Regex.Replace(cell.Groups["cell"].Value, "<[^>]*>", "")).Trim())
                    )
                ),
        ];
}
