using System.Text.Json;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>Ways to do a run that must not change where it ends.</summary>
[Trait("Category", "Invariant")]
public sealed class TrainingInvariantTests
{
    private const int Steps = 5;

    [Fact]
    public void Train_GradientCheckpointing_EndsWithTheSameBytes()
    {
        byte[] plain = Bytes(options => options);
        Assert.Equal(plain, Bytes(options => options with { GradientCheckpointing = true }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    public void Train_ChunkSizes_AgreeWithTheWholeLoss(int chunkRows)
    {
        double[] whole = Weights(options => options with { Loss = DistillationLosses.Whole });
        AssertClose(whole, Weights(options => options with { Loss = DistillationLosses.Chunked(chunkRows) }), 1e-8);
    }

    [Fact]
    public void Train_ThreadCounts_Agree()
    {
        double[] one = Weights(options => options with { Threads = 1 });
        AssertClose(one, Weights(options => options with { Threads = 2 }), 1e-8);
    }

    [Theory]
    [InlineData("random-token")]
    [InlineData("sequential-token")]
    [InlineData("random-block")]
    [InlineData("sequential-block")]
    [InlineData("block")]
    public void Train_EveryStrategyAtRateOne_EqualsAll(string strategy)
    {
        FineTuningOptions Hide(FineTuningOptions options, string name) =>
            options with
            {
                MaskStrategies = MaskStrategies.Parse(name),
                MaskRateSchedule = new ConstantMaskRateSchedule(1),
            };
        Assert.Equal(Bytes(options => Hide(options, "all")), Bytes(options => Hide(options, strategy)));
    }

    [Fact]
    public void Resume_AtAnyStep_EndsWithTheSameBytes()
    {
        using RunFolder folder = new();
        TinyRun.Train(Options(folder.Path) with { SaveSteps = 1 });
        byte[] expected = TinyRun.Weights(folder.Path);
        for (int step = 1; step < Steps; step++)
        {
            using RunFolder resumed = new();
            FineTuningResult result = TinyRun.Train(Options(resumed.Path) with { ResumeFromCheckpoint = folder[$"checkpoint-{step}"] });
            Assert.Equal(Steps, result.Steps);
            Assert.Equal(expected, TinyRun.Weights(resumed.Path));
        }
    }

    /// <summary>One step over a sample of 4,096 tokens, in a process of its own because the peak is the process's.</summary>
    [Fact]
    public void Train_LongSampleWithGradientCheckpointing_StaysBelowTwoGigabytes()
    {
        using RunFolder folder = new();
        string code = string.Concat(Enumerable.Repeat("value = item + 1\n", 95));
        string Block(string type, string content) => $$"""{"type":"{{type}}","content":{{JsonSerializer.Serialize(content)}}}""";
        string reflection = string.Join(',', Block("text", code[..700]), Block("code", code), Block("execution", code[..174]));
        string answer = Block("code", code[..1570]);
        File.WriteAllText(
            folder["long.jsonl"],
            $$"""{"messages":[{"role":"user","content":[{{Block("text", "Write it.")}}]},{"role":"assistant","content":[{{reflection}}]},{"role":"user","content":[{{Block("text", "Again.")}}]},{"role":"assistant","content":[{{answer}}]}],"type":"reflection"}"""
                + "\n"
        );
        File.WriteAllText(
            folder["config.json"],
            """{"model_type":"llama","vocab_size":32256,"hidden_size":256,"intermediate_size":704,"num_hidden_layers":4,"num_attention_heads":8,"num_key_value_heads":4}"""
        );
        FineTuneResult run = FineTuneProcess.Run(
            "--init",
            folder["config.json"],
            "--train",
            folder["long.jsonl"],
            "--output",
            folder["model"],
            "--metrics",
            folder["metrics.jsonl"],
            "--max-steps",
            "1",
            "--per-device-train-batch-size",
            "1",
            "--gradient-accumulation-steps",
            "1",
            "--save-steps",
            "0",
            "--mask",
            "none",
            "--gradient-checkpointing",
            "--device",
            "cpu"
        );
        Assert.True(run.ExitCode == 0, run.Errors);
        using JsonDocument step = JsonDocument.Parse(File.ReadLines(folder["metrics.jsonl"]).Last());
        Assert.Equal(4096, step.RootElement.GetProperty("tokens").GetInt64());
        Assert.InRange(step.RootElement.GetProperty("peak_memory_bytes").GetInt64(), 1, 2_000_000_000);
    }

    private static FineTuningOptions Options(string output) =>
        TinyRun.Options(output) with
        {
            SaveSteps = 0,
            MaxSteps = Steps,
            LearningRateSchedule = LearningRateSchedules.Constant,
        };

    private static byte[] Bytes(Func<FineTuningOptions, FineTuningOptions> change)
    {
        using RunFolder folder = new();
        TinyRun.Train(change(Options(folder.Path)));
        return TinyRun.Weights(folder.Path);
    }

    /// <summary>The weights of a float64 run, in which nothing but an error shows.</summary>
    private static double[] Weights(Func<FineTuningOptions, FineTuningOptions> change)
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
        TinyRun.Train(model, change(Options(folder.Path)));
        return [.. model.Parameters.Values.SelectMany(weight => weight.detach().contiguous().data<double>().ToArray())];
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        double difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(difference <= tolerance, $"weights differ by {difference:G3}");
    }
}
