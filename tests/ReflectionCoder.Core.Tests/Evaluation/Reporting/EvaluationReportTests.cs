using System.Text.Json;
using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Reports;

namespace ReflectionCoder.Tests.Evaluation.Reporting;

public sealed class EvaluationReportTests
{
    [Fact]
    public void Create_EveryKindOfEnd_IsCountedApart()
    {
        EvaluationReport report = ReportExamples.Mixed();
        Assert.Equal((8, 7, 7, 2), (report.Problems, report.Total, report.Completions, report.Passed));
        Assert.Equal(2.0 / 7, report.PassAt1.Value, 12);
        Assert.Equal(["HumanEval/1", "HumanEval/2", "HumanEval/3"], report.Failing);
        Assert.Equal(["HumanEval/2", "HumanEval/3"], report.TimedOut);
        Assert.Equal(["HumanEval/4"], report.ToolchainMissing);
        Assert.Equal(["HumanEval/6"], report.NotJudged);
        Assert.Equal(["HumanEval/5"], report.OneProcess);
        Assert.Equal(["HumanEval/7"], report.Missing);
        Assert.Equal(3, report.BasePassed);
        Assert.Equal(3.0 / 7, Assert.Single(report.BasePassAtK).Value, 12);
        Assert.Equal(2, report.CountOutcomes()[SandboxOutcome.Passed]);
    }

    [Fact]
    public void Create_SeveralCompletions_EstimatesEachK()
    {
        EvaluationReport report = EvaluationReport.Create(
            ReportExamples.Problems(2),
            [
                .. Enumerable.Range(0, 4).Select(i => ReportExamples.Result(0, i < 1 ? SandboxOutcome.Passed : SandboxOutcome.Failed, i)),
                .. Enumerable.Range(0, 4).Select(i => ReportExamples.Result(1, SandboxOutcome.Failed, 3 - i)),
            ],
            new EvaluationReportOptions { K = [4, 2, 2] }
        );
        Assert.Equal([1, 2, 4], report.PassAtK.Select(estimate => estimate.K));
        Assert.Equal([0.125, 0.25, 0.5], report.PassAtK.Select(estimate => Math.Round(estimate.Value, 12)));
        Assert.Equal(["HumanEval/1"], report.Failing);
        Assert.Equal([0, 1, 2, 3], report.Tasks[1].Results.Select(result => result.Sample));
        Assert.Equal((1, 1, 8), (report.Passed, report.Tasks[0].Passed, report.Completions));
        Assert.Empty(report.BasePassAtK);
    }

    [Fact]
    public void Create_NoResults_IsEmptyAndHasAPage()
    {
        EvaluationReport report = EvaluationReport.Create(ReportExamples.Problems(2), []);
        Assert.Equal((0, 0.0, 1.0), (report.Total, report.PassAt1.Value, report.PassAt1.High));
        MarkupReader.CheckNesting(report.ToPage().ToHtml());
    }

    [Fact]
    public void Create_ResultsThatCannotBeCounted_Throws()
    {
        EvaluationProblem[] problems = ReportExamples.Problems(1);
        EvaluationResult passed = ReportExamples.Result(0, SandboxOutcome.Passed);
        Assert.Contains(
            "HumanEval/1",
            Assert.Throws<ArgumentException>(() => EvaluationReport.Create(problems, [passed with { TaskId = "HumanEval/1" }])).Message
        );
        Assert.Contains("sample 0", Assert.Throws<ArgumentException>(() => EvaluationReport.Create(problems, [passed, passed])).Message);
        Assert.Contains(
            "pass@2",
            Assert.Throws<ArgumentException>(() => EvaluationReport.Create(problems, [passed], new() { K = [1, 2] })).Message
        );
        InvalidOptionsException wrong = Assert.Throws<InvalidOptionsException>(() =>
            EvaluationReport.Create(
                problems,
                [passed],
                new()
                {
                    K = [0],
                    Level = 1,
                    Limits = new SandboxLimits { OpenFiles = 1 },
                }
            )
        );
        Assert.Equal(["K", "Level", "Limits.OpenFiles"], wrong.Errors.Select(error => error.Name));
    }

    [Fact]
    public void ToJson_Fields_StandInTheirOrder()
    {
        string json = ReportExamples.Mixed().CompareWith(ReportExamples.Mixed()).ToJson();
        using JsonDocument document = JsonDocument.Parse(json);
        string fields =
            "benchmark name problems total completions passed passAt1 level passAtK basePassed basePassAt1 basePassAtK failing timedOut "
            + "toolchainMissing notJudged oneProcess missing malformed outcomes extractor limits tasks comparison";
        Assert.Equal(fields, string.Join(' ', document.RootElement.EnumerateObject().Select(field => field.Name)));
        JsonElement task = document.RootElement.GetProperty("tasks")[1];
        Assert.Equal("taskId samples passed passAt1 results", string.Join(' ', task.EnumerateObject().Select(field => field.Name)));
        Assert.Equal(
            "sample passed basePassed outcome oneProcess error details expected actual code wallSeconds fingerprint",
            string.Join(' ', task.GetProperty("results")[0].EnumerateObject().Select(field => field.Name))
        );
        Assert.Equal(
            "10 s of processor time, 35 s of wall-clock time, 4 GiB of memory",
            document.RootElement.GetProperty("limits").GetProperty("words").GetString()
        );
        Assert.Equal(1, document.RootElement.GetProperty("outcomes").GetProperty("cpuTimeExceeded").GetInt32());
        Assert.DoesNotContain('\r', json);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriteAsync_ThenRead_GivesTheSameReport(bool hostile)
    {
        using TemporaryFolder folder = new();
        EvaluationReport report = hostile ? ReportExamples.Hostile() : ReportExamples.Mixed();
        string path = Path.Combine(folder.Path, "new", "report.json");
        string page = await report.WriteAsync(path);
        Assert.Equal(Path.Combine(folder.Path, "new", "report.html"), page);
        Assert.Equal(report.ToPage().ToHtml(), await File.ReadAllTextAsync(page));
        EvaluationReport read = await EvaluationReport.ReadAsync(path);
        Assert.Null(read.Comparison);
        string json = (report with { Comparison = null }).ToJson();
        Assert.Equal(json.Replace("\\uFFFD", "\ufffd"), read.ToJson()); // the halves of surrogate pairs were lost when it was written
        Assert.Equal(report.Limits, read.Limits);
        await Assert.ThrowsAsync<ArgumentException>(() => report.WriteAsync(folder.File("report.html")));
    }

    [Theory]
    [InlineData("\"level\": 0.95", "\"level\": 2", "level")]
    [InlineData("\"total\": 7", "\"total\": 8", "total")]
    [InlineData("\"passed\": 2", "\"passed\": 3", "passed")]
    [InlineData("\"problems\": 8", "\"problems\": 9", "problems")]
    [InlineData("\"outcome\": \"failed\"", "\"outcome\": \"won\"", "tasks[1].results[0].outcome")]
    [InlineData("\"outcome\": \"failed\"", "\"outcome\": \"passed\"", "tasks[1].results[0].passed")]
    [InlineData("\"code\"", "\"codes\"", "tasks[0].results[0].code")]
    [InlineData("\"k\": 1", "\"k\": 2", "passAtK[0].k")]
    [InlineData("\"wallSeconds\": 35", "\"wallSeconds\": -1", "limits.wallSeconds")]
    [InlineData("\"taskId\": \"HumanEval/1\"", "\"taskId\": \"HumanEval/0\"", "tasks")]
    [InlineData("\"tasks\"", "\"other\"", "tasks")]
    public async Task ReadAsync_DamagedFile_NamesFileAndField(string good, string bad, string field)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("report.json");
        string json = ReportExamples.Mixed().ToJson();
        int at = json.IndexOf(good, StringComparison.Ordinal);
        Assert.True(at >= 0, good);
        await File.WriteAllTextAsync(path, json[..at] + bad + json[(at + good.Length)..]);
        DataFormatException exception = await Assert.ThrowsAsync<DataFormatException>(() => EvaluationReport.ReadAsync(path));
        Assert.Equal((path, field), (exception.Path, exception.Field));
    }

    [Fact]
    public async Task ReadAsync_OtherFiles_Throws()
    {
        using TemporaryFolder folder = new();
        await Assert.ThrowsAsync<FileNotFoundException>(() => EvaluationReport.ReadAsync(folder.File("none.json")));
        await File.WriteAllTextAsync(folder.File("text.json"), "no JSON");
        Assert.Equal(
            folder.File("text.json"),
            (await Assert.ThrowsAsync<DataFormatException>(() => EvaluationReport.ReadAsync(folder.File("text.json")))).Path
        );
    }

    [Fact]
    public void ToPage_WarnsOfWhatTheNumbersDoNotSay()
    {
        string html = ReportExamples.Mixed().ToPage().ToHtml();
        MarkupReader.CheckNesting(html);
        Assert.Equal(5, html.Split("notice warning").Length - 1);
        Assert.Contains("<h1>model on humaneval-plus</h1>", html);
        Assert.Contains("10 s of processor time, 35 s of wall-clock time", html);
        Assert.Contains("[1, <mark>2</mark>]", html);
        Assert.Contains("href=\"#d-HumanEval_002f1\"", html);
    }

    [Fact]
    public void ToPage_HostileResults_AddNoTag()
    {
        string html = ReportExamples.Hostile().ToPage().ToHtml();
        MarkupReader.CheckNesting(html);
        string[] known =
        [
            .. (
                "!DOCTYPE html head meta title style body header h1 p nav ul li a main section h2 div dl dt dd strong span table caption "
                + "thead tbody tr th td svg rect figure figcaption pre code mark details summary script"
            ).Split(' '),
        ];
        Assert.All(MarkupReader.TagsOf(html), tag => Assert.Contains(tag.Trim('<', '>', '/').Split(' ')[0], known));
        Assert.Single(MarkupReader.TagsOf(html), tag => tag == "<script>");
        Assert.Equal(html, ReportExamples.Hostile().ToPage().ToHtml());
    }
}
