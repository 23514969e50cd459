using System.Text.Json;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class MetricsFileTests
{
    [Fact]
    public void Train_Metrics_AreOneObjectAStep()
    {
        using RunFolder folder = new();
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { MaxSteps = 5 }, progress: log);
        JsonElement[] lines = [.. File.ReadLines(folder["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
        Assert.Equal(5, lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            Assert.Equal(i + 1, lines[i].GetProperty("step").GetInt32());
            Assert.Equal(log.Steps[i].Loss, lines[i].GetProperty("loss").GetDouble());
            Assert.Equal(log.Steps[i].LearningRate, lines[i].GetProperty("learning_rate").GetDouble());
            Assert.Equal(log.Steps[i].Divergence is null, lines[i].GetProperty("kl").ValueKind == JsonValueKind.Null);
        }
    }

    [Theory]
    [InlineData("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n", 2, 2)]
    [InlineData("{\"step\":0}\n{\"step\":1}\n{\"ste", 5, 2)]
    [InlineData("{\"step\":1}\n{\"step\":2}", 5, 1)]
    [InlineData("{\"step\":1}\nnonsense\n{\"step\":2}\n", 5, 1)]
    [InlineData("{\"step\":1}\n[]\n", 5, 1)]
    [InlineData("", 5, 0)]
    [InlineData("{\"step\":1}\n", -1, 0)]
    public void Open_ResumedRun_CutsWhatLiesBehindTheCheckpoint(string content, long lastStep, int kept)
    {
        using RunFolder folder = new();
        string path = folder["metrics.jsonl"];
        File.WriteAllText(path, content);
        using (MetricsFile metrics = MetricsFile.Open(path, lastStep))
        {
            Assert.Equal(content, File.ReadAllText(path)); // until the run begins
            metrics.Begin();
            metrics.WriteStart(new Dictionary<string, double> { ["eval_nll"] = 0.5 });
        }

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(kept + 1, lines.Length);
        Assert.Equal(content.Split('\n').Take(kept), lines.Take(kept));
        Assert.Equal("{\"step\":0,\"eval_nll\":0.5}", lines[^1]);
    }
}
