using ReflectionCoder.Files;
using ReflectionCoder.FineTuning.Reporting;
using ReflectionCoder.FineTuning.Runs;

namespace ReflectionCoder.Tests.FineTuning.Reporting;

public sealed class MetricsReaderTests : IDisposable
{
    private readonly RunFolder folder = new();

    private string Metrics => folder["metrics.jsonl"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_FileOfARun_HasWhatTheRunReported()
    {
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { MaxSteps = 5 }, progress: log);
        RunMetrics read = await ReadAsync();
        Assert.Equal(("run", 5L), (read.Name, read.Steps));
        Assert.Equal(log.Steps.Select(step => new MetricPoint(step.Step, step.Loss)), read.Values["loss"]);
        Assert.Equal(
            log.Steps.Where(step => step.Divergence is not null).Select(step => new MetricPoint(step.Step, step.Divergence!.Value)),
            read.Values["kl"]
        );
        Assert.All(read.Values.Keys, name => Assert.Contains(name, MetricsFile.Fields));
    }

    [Fact]
    public async Task Read_StepWrittenTwice_LaterLineCountsWhole()
    {
        Write(
            "{\"step\":0,\"eval_nll\":7}",
            "{\"step\":1,\"loss\":6}",
            "{\"step\":2,\"loss\":5,\"eval_nll\":4}",
            "{\"step\":2,\"loss\":3}"
        );
        RunMetrics read = await ReadAsync();
        Assert.Equal([new(1, 6), new(2, 3)], read.Values["loss"]);
        Assert.Equal([new(0, 7)], read.Values["eval_nll"]); // the later line of step 2 has none
    }

    [Fact]
    public async Task Read_OnlyValueTakenBack_LeavesNoMetric()
    {
        Write("{\"step\":1,\"loss\":6,\"eval_nll\":4}", "{\"step\":1,\"loss\":3,\"kl\":null}");
        Assert.Equal(["loss"], (await ReadAsync()).Values.Keys);
    }

    [Fact]
    public async Task Read_StepsOutOfOrder_AreSorted()
    {
        Write("{\"step\":3,\"loss\":1}", "", "{\"step\":1,\"loss\":2}");
        RunMetrics read = await ReadAsync();
        Assert.Equal([new(1, 2), new(3, 1)], read.Values["loss"]);
        Assert.Equal(3, read.Steps);
    }

    [Theory]
    [InlineData("{\"step\":2,\"lo")]
    [InlineData("{\"step\":2,\"loss\":1")]
    public async Task Read_LastLineCutOff_IsLeftOut(string last)
    {
        await File.WriteAllTextAsync(Metrics, "{\"step\":1,\"loss\":2}\n" + last, TestContext.Current.CancellationToken);
        Assert.Equal([new(1, 2)], (await ReadAsync()).Values["loss"]);
    }

    [Fact]
    public async Task Read_LastLineWholeButForItsLineFeed_Counts()
    {
        await File.WriteAllTextAsync(Metrics, "{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":1}", TestContext.Current.CancellationToken);
        Assert.Equal([new(1, 2), new(2, 1)], (await ReadAsync()).Values["loss"]);
    }

    [Theory]
    [InlineData("{\"step\":2,\"lo", null, "not JSON")]
    [InlineData("[2]", null, "expected a JSON object")]
    [InlineData("{\"loss\":2}", "step", "is missing")]
    [InlineData("{\"step\":1.5}", "step", "must be a whole number of at least 0")]
    [InlineData("{\"step\":-1}", "step", "must be a whole number of at least 0")]
    [InlineData("{\"step\":1e300}", "step", "must be a whole number of at least 0")]
    [InlineData("{\"step\":\"2\"}", "step", "number")]
    [InlineData("{\"step\":2,\"loss\":\"low\"}", "loss", "number")]
    [InlineData("{\"step\":2,\"loss\":1e999}", "loss", "finite number")]
    [InlineData("{\"step\":2,\"eval_nll\":[1]}", "eval_nll", "number")]
    [InlineData("{\"step\":2,\"\\ud800\":1}", null, "surrogate")]
    public async Task Read_BrokenLine_NamesFileLineAndField(string line, string? field, string problem)
    {
        Write("{\"step\":1,\"loss\":2}", line, "{\"step\":3,\"loss\":2}");
        DataFormatException error = await Assert.ThrowsAsync<DataFormatException>(ReadAsync);
        Assert.Equal((Metrics, 2L, field), (error.Path, error.Line, error.Field));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("{\"step\":1")]
    public async Task Read_NoStep_NamesTheFile(string content)
    {
        await File.WriteAllTextAsync(Metrics, content, TestContext.Current.CancellationToken);
        DataFormatException error = await Assert.ThrowsAsync<DataFormatException>(ReadAsync);
        Assert.Equal((Metrics, 0L), (error.Path, error.Line));
        Assert.Contains("holds no step", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_MissingFile_NamesTheFile()
    {
        FileNotFoundException error = await Assert.ThrowsAsync<FileNotFoundException>(ReadAsync);
        Assert.Contains(Metrics, error.Message, StringComparison.Ordinal);
    }

    private Task<RunMetrics> ReadAsync() =>
        MetricsReader.ReadAsync(new TrainingReportRun("run", Metrics), TestContext.Current.CancellationToken);

    private void Write(params string[] lines) => File.WriteAllText(Metrics, string.Concat(lines.Select(line => line + "\n")));
}
