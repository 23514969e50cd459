using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>Runs that train an adapter.</summary>
public sealed class LoraTrainingTests : IDisposable
{
    private readonly RunFolder folder = new();

    internal static int[] Markers
    {
        get
        {
            MarkerIds ids = TinyRun.Tokenizer.MarkerIds;
            return [ids.User, ids.Assistant, ids.Text, ids.Code, ids.Execution, ids.EndOfBlock, ids.EndOfMessage];
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_MovesTheAdapterAndTheSevenRowsAndNothingElse(bool tied)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(
            TinyRun.Config with
            {
                TieWordEmbeddings = tied,
            },
            CPU,
            ScalarType.Float32,
            5
        );
        Dictionary<string, double[]> before = model.Parameters.ToDictionary(
            weight => weight.Key,
            weight => TinyModels.Numbers(weight.Value)
        );
        StepLog log = new();
        TinyRun.Train(model, Options("out") with { MaxSteps = 12, LearningRate = 2e-2 }, progress: log);
        Assert.True(log.Steps[^4..].Average(step => step.Loss) < log.Steps[..4].Average(step => step.Loss) - 0.3, "the loss must fall");

        string head = tied ? "model.embed_tokens.weight" : "lm_head.weight";
        int width = TinyRun.Config.HiddenSize;
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            double[] after = TinyModels.Numbers(weight);
            int[] moved = [.. Enumerable.Range(0, after.Length).Where(i => after[i] != before[name][i]).Select(i => i / width).Distinct()];
            Assert.Equal(name == head ? Markers.Order() : [], moved);
        }

        Assert.Equal(Markers.Order(), model.Lora!.TrainableTokenIds);
        Assert.All(
            model.Lora.Parameters.Where(pair => pair.Key.Contains("lora_B")),
            pair => Assert.Contains(TinyModels.Numbers(pair.Value), value => value != 0)
        );
        Assert.All(model.TrainableParameters.Values, parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public async Task Train_Output_IsAnAdapterThatLoadsToTheSameModel()
    {
        string start = folder["base"];
        using (CausalLanguageModel fresh = TinyRun.Model())
        {
            ModelFolder.Save(start, fresh);
            TinyRun.Tokenizer.Save(start);
        }

        using PretrainedModel trained = PretrainedModel.Load(new PretrainedModelOptions { Directory = start, Device = "cpu" });
        await new ReflectionFineTuner(trained.Model, trained.Tokenizer, Options("out") with { MaxSteps = 4 }).TrainAsync(TinyRun.Data());
        Assert.Equal(
            [
                "adapter_config.json",
                "adapter_model.safetensors",
                "chat_template.jinja",
                "metrics.jsonl",
                "special_tokens_map.json",
                "tokenizer.json",
                "tokenizer_config.json",
            ],
            Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Equal(start, AdapterConfigFile.Load(folder["out"]).Options.BaseModelNameOrPath);

        using PretrainedModel loaded = PretrainedModel.Load(
            new PretrainedModelOptions
            {
                Directory = start,
                Adapter = folder["out"],
                Device = "cpu",
            }
        );
        double[] expected = Logits(trained.Model);
        Assert.Equal(expected, Logits(loaded.Model));
        loaded.Model.MergeAdapter();
        loaded.Save(folder["merged"]);
        using CausalLanguageModel merged = ModelFolder.Load(folder["merged"], CPU);
        Assert.True(TinyModels.Distance(expected, Logits(merged)) < 1e-4);
    }

    [Fact]
    public void Train_Checkpoint_HoldsTheAdapterAlone()
    {
        using CausalLanguageModel model = TinyRun.Model();
        TinyRun.Train(model, Options("out") with { MaxSteps = 3 });
        string checkpoint = Path.Combine(folder["out"], "checkpoint-3");
        Assert.False(File.Exists(Path.Combine(checkpoint, "model.safetensors")));
        Assert.False(File.Exists(Path.Combine(checkpoint, "config.json")));
        using SafetensorsReader optimizer = SafetensorsReader.Open(Path.Combine(checkpoint, TrainingCheckpoint.OptimizerFileName));
        Assert.Equal(
            model.Lora!.Parameters.Keys.SelectMany(name => new[] { "exp_avg." + name, "exp_avg_sq." + name }).Order(StringComparer.Ordinal),
            optimizer.Entries.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(KillPoint.BetweenCheckpoints, 3)]
    [InlineData(KillPoint.InsideCheckpointWrite, 3)]
    [InlineData(KillPoint.InsideFinalSave, 12)]
    public void Resume_AfterSigkill_EndsWithTheSameBytes(KillPoint point, long resumedFrom)
    {
        TinyRun.Train(Options("whole"));
        Assert.Equal(137, KilledRun.Start(folder["killed"], point, lora: true));
        Assert.False(File.Exists(Path.Combine(folder["killed"], "adapter_config.json")));
        using CausalLanguageModel model = TinyRun.Model();
        Assert.Equal(
            resumedFrom,
            TinyRun.Train(model, TinyRun.Options(folder["killed"]) with { Lora = TinyRun.Lora, Resume = true }).StartedFromStep
        );
        Assert.Equal(Adapter("whole"), Adapter("killed"));
        Assert.Equal(
            UninterruptedRun.TimelessMetrics(Path.Combine(folder["whole"], "metrics.jsonl")),
            UninterruptedRun.TimelessMetrics(Path.Combine(folder["killed"], "metrics.jsonl"))
        );
    }

    [Fact]
    public void Resume_AtAnyStep_EndsWithTheSameBytes()
    {
        TinyRun.Train(Options("whole") with { SaveSteps = 1, MaxSteps = 5 });
        for (int step = 1; step < 5; step++)
        {
            string checkpoint = Path.Combine(folder["whole"], $"checkpoint-{step}");
            TinyRun.Train(Options($"from-{step}") with { MaxSteps = 5, ResumeFromCheckpoint = checkpoint });
            Assert.Equal(Adapter("whole"), Adapter($"from-{step}"));
        }
    }

    [Fact]
    public void Train_GradientCheckpointing_EndsWithTheSameBytes()
    {
        TinyRun.Train(Options("plain") with { MaxSteps = 4 });
        TinyRun.Train(Options("checkpointed") with { MaxSteps = 4, GradientCheckpointing = true });
        Assert.Equal(Adapter("plain"), Adapter("checkpointed"));
    }

    [Fact]
    public void Train_SplitOfTheGlobalBatch_ChangesNothingWithoutDropout()
    {
        double[] one = Split(8, 1);
        Assert.True(TinyModels.Distance(one, Split(1, 8)) < 1e-9);
        Assert.True(TinyModels.Distance(one, Split(2, 4)) < 1e-9);

        double[] Split(int batch, int accumulation)
        {
            using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
            TinyRun.Train(
                model,
                Options($"{batch}x{accumulation}") with
                {
                    MaxSteps = 4,
                    PerDeviceTrainBatchSize = batch,
                    GradientAccumulationSteps = accumulation,
                    Lora = TinyRun.Lora with { Dropout = 0 },
                }
            );
            return [.. model.TrainableParameters.Values.SelectMany(TinyModels.Numbers)];
        }
    }

    [Fact]
    public void Train_BFloat16Base_KeepsTheAdapterInFloat32()
    {
        using CausalLanguageModel model = TinyRun.Model(ScalarType.BFloat16);
        TinyRun.Train(model, Options("out") with { MaxSteps = 3 });
        using SafetensorsReader file = SafetensorsReader.Open(Path.Combine(folder["out"], WeightFiles.Adapter));
        Assert.All(file.Entries.Values, entry => Assert.Equal(ScalarType.Float32, entry.Dtype));
        Assert.Equal(ScalarType.BFloat16, model.Dtype);
    }

    [Fact]
    public void Train_LeavesNoTensorsBehind()
    {
        using CausalLanguageModel model = TinyRun.Model();
        TinyRun.Train(model, Options("first") with { MaxSteps = 2 });
        List<long> counts = [];
        long before = LiveTensors.Count();
        TinyRun.Train(
            model,
            Options("second") with
            {
                MaxSteps = 4,
                GradientCheckpointing = true,
                Callbacks = [new StepEnd((_, _) => counts.Add(Tensor.TotalCount))],
            }
        );
        Assert.All(counts, count => Assert.Equal(counts[0], count));
        Assert.Equal(before, LiveTensors.Count());
    }

    [Fact]
    public void Resume_FullAndAdapterRuns_DoNotMix()
    {
        FineTuningOptions full = TinyRun.Options(folder["full"]) with { MaxSteps = 3 };
        FineTuningOptions adapter = Options("adapter") with { MaxSteps = 3 };
        TinyRun.Train(full);
        TinyRun.Train(adapter);
        Assert.Contains(
            "lora was absent and is now rank 4, scaling 2, dropout 0.2, q_proj+k_proj+v_proj+o_proj+gate_proj+up_proj+down_proj",
            Assert.Throws<CheckpointException>(() => TinyRun.Train(full with { Resume = true, Lora = TinyRun.Lora })).Differences
        );
        Assert.Contains(
            Assert.Throws<CheckpointException>(() => TinyRun.Train(adapter with { Resume = true, Lora = null })).Differences,
            difference => difference.StartsWith("lora was rank 4") && difference.EndsWith("is now absent")
        );
        Assert.StartsWith(
            "lora was",
            Assert.Single(
                Assert
                    .Throws<CheckpointException>(() =>
                        TinyRun.Train(adapter with { Resume = true, Lora = TinyRun.Lora with { Dropout = 0.1 } })
                    )
                    .Differences
            )
        );
        using CausalLanguageModel other = TinyRun.Model(seed: 6);
        Assert.StartsWith(
            "base_weights was",
            Assert.Single(Assert.Throws<CheckpointException>(() => TinyRun.Train(other, adapter with { Resume = true })).Differences)
        );

        // Used alone, a checkpoint says it too.
        using CausalLanguageModel plain = TinyRun.Model();
        using ReflectionCoder.Optimization.AdamW optimizer = new(plain.Parameters, new ReflectionCoder.Optimization.AdamWOptions());
        Assert.Contains(
            "checkpoint of an adapter",
            Assert
                .Throws<CheckpointException>(() =>
                    TrainingCheckpoint.Open(Path.Combine(folder["adapter"], "checkpoint-3")).Restore(plain, optimizer)
                )
                .Message
        );
        plain.AddAdapter(TinyRun.Lora, [], 1);
        Assert.Contains(
            "full fine-tuning",
            Assert
                .Throws<CheckpointException>(() =>
                    TrainingCheckpoint.Open(Path.Combine(folder["full"], "checkpoint-3")).Restore(plain, optimizer)
                )
                .Message
        );
    }

    [Fact]
    public void Train_ModelWithAnAdapter_GoesOnWithItOrSaysWhyNot()
    {
        using CausalLanguageModel model = TinyRun.Model();
        LoraAdapter adapter = model.Adapt(TinyRun.Lora with { Dropout = 0 }, [.. Markers.Order()], seed: 1);
        Assert.Contains(
            "merge",
            Assert.Throws<InvalidOperationException>(() => TinyRun.Train(model, TinyRun.Options(folder["a"]) with { MaxSteps = 2 })).Message
        );
        Assert.Contains(
            "rank 4, not 5",
            Assert
                .Throws<InvalidOperationException>(() => TinyRun.Train(model, Options("b") with { Lora = new LoraOptions { Rank = 5 } }))
                .Message
        );
        Assert.Contains(
            "modules q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, not q_proj, v_proj",
            Assert
                .Throws<InvalidOperationException>(() =>
                    TinyRun.Train(model, Options("b") with { Lora = TinyRun.Lora with { TargetModules = ["q_proj", "v_proj"] } })
                )
                .Message
        );

        // The default names projections of all families, which this model needn't have; but it must have an adapter on those that it has.
        TinyRun.Train(model, Options("c") with { MaxSteps = 2 });
        using CausalLanguageModel partly = TinyRun.Model();
        partly.AddAdapter(TinyRun.Lora with { TargetModules = ["q_proj"] }, [.. Markers.Order()], seed: 1);
        Assert.Contains(
            "modules q_proj, not q_proj, k_proj",
            Assert.Throws<InvalidOperationException>(() => TinyRun.Train(partly, Options("b"))).Message
        );
        Assert.Same(adapter, model.Lora);
        Assert.Equal(0.2, adapter.Options.Dropout);
        Assert.Equal(
            "Lora.Rank",
            Assert
                .Single(
                    Assert
                        .Throws<InvalidOptionsException>(() => TinyRun.Train(Options("d") with { Lora = new LoraOptions { Rank = 0 } }))
                        .Errors
                )
                .Name
        );
    }

    private static double[] Logits(CausalLanguageModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return TinyModels.Numbers(
            TinyModels.Logits(model, ModelInput.Create([1, .. Markers.Select(id => (long)id), 5], [0, 1, 2, 3, 4, 5, 6, 7, 8], [9], CPU))
        );
    }

    private FineTuningOptions Options(string output) => TinyRun.Options(folder[output]) with { Lora = TinyRun.Lora };

    private byte[] Adapter(string output) => File.ReadAllBytes(Path.Combine(folder[output], WeightFiles.Adapter));
}
