using System.Text.Json;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The reference's real training loop, repeated here with its sampler, its lagging mask rate and its means.</summary>
[Trait("Category", "Golden")]
public sealed class TrainerGoldenTests
{
    [Fact]
    public void Train_ReferenceParts_FollowTheReference()
    {
        JsonElement golden = Reference.Golden("trainer");
        foreach (JsonElement run in golden.GetProperty("runs").EnumerateArray())
        {
            Check(golden.GetProperty("samples"), run);
        }
    }

    private static void Check(JsonElement samples, JsonElement run)
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = ModelFolder.Load(
            Reference.PathOf(run.GetProperty("model").GetString()!),
            CPU,
            ScalarType.Float32
        );
        TrainingData data = Data(samples, run.GetProperty("dataset_parts"));
        int accumulation = run.GetProperty("gradient_accumulation_steps").GetInt32();
        MicroBatchLog log = new(accumulation);
        FineTuningOptions options = Options(run, folder.Path, data, accumulation) with { Loss = log };
        StepLog steps = new();
        TinyRun.Train(model, options, data, steps);

        string name = run.GetProperty("name").GetString()!;
        double[] losses = [.. run.GetProperty("micro_batches").EnumerateArray().Select(batch => batch.GetProperty("loss").GetDouble())];
        Assert.Equal(losses.Length, log.Losses.Count);
        for (int i = 0; i < losses.Length; i++)
        {
            Assert.True(
                Math.Abs(losses[i] - log.Losses[i]) < 2e-5 * losses[i],
                $"{name}: micro-batch {i} has loss {log.Losses[i]}, the reference {losses[i]}"
            );
        }

        JsonElement[] updates = [.. run.GetProperty("updates").EnumerateArray()];
        Assert.Equal(updates.Length, steps.Steps.Count);
        for (int i = 0; i < updates.Length; i++)
        {
            double norm = updates[i].GetProperty("grad_norm").GetDouble();
            Assert.True(
                Math.Abs(norm - steps.Steps[i].GradientNorm) < 1e-4 * norm,
                $"{name}: step {i + 1} has norm {steps.Steps[i].GradientNorm}, the reference {norm}"
            );
            Assert.Equal(updates[i].GetProperty("logged_loss_rounded_4").GetDouble(), steps.Steps[i].Loss, 2e-4);
            if (i + 1 < updates.Length)
            {
                Assert.Equal(updates[i].GetProperty("learning_rate_after_step").GetDouble(), steps.Steps[i + 1].LearningRate, 1e-12);
            }
        }

        CheckWeights(model, run, name);
    }

    private static void CheckWeights(CausalLanguageModel model, JsonElement run, string name)
    {
        foreach (JsonProperty property in run.GetProperty("final_param_norms").EnumerateObject())
        {
            using DisposeScope scope = NewDisposeScope();
            float[] values = model.Parameters[property.Name].detach().contiguous().data<float>().ToArray();
            double norm = Math.Sqrt(values.Sum(value => (double)value * value));
            Assert.True(
                Math.Abs(norm - property.Value.GetDouble()) < 1e-5 * norm,
                $"{name}: {property.Name} has norm {norm}, the reference {property.Value.GetDouble()}"
            );
            double[] first =
            [
                .. run.GetProperty("final_param_values").GetProperty(property.Name).EnumerateArray().Select(value => value.GetDouble()),
            ];
            for (int i = 0; i < first.Length; i++)
            {
                Assert.True(
                    Math.Abs(first[i] - values[i]) < 1e-4,
                    $"{name}: {property.Name}[{i}] is {values[i]}, the reference {first[i]}"
                );
            }
        }
    }

    private static FineTuningOptions Options(JsonElement run, string output, TrainingData data, int accumulation)
    {
        int batch = run.GetProperty("per_device_train_batch_size").GetInt32();
        int microBatchesPerEpoch = data.Infos.GroupBy(info => info.Dataset).Sum(dataset => dataset.Count() / batch);
        Queue<int[]> permutations = new(run.GetProperty("randperm_calls").EnumerateArray().Select(Integers));
        Assert.All(
            run.GetProperty("decay_parameters").EnumerateArray(),
            name => Assert.True(AdamWOptions.DecaysByDefault(name.GetString()!))
        );
        double[] adam = [.. run.GetProperty("adam").EnumerateArray().Select(value => value.GetDouble())];
        string flags = string.Join(
            ',',
            run.GetProperty("flags")
                .EnumerateArray()
                .Select(flag => flag.GetString()!.Replace("_mask", "", StringComparison.Ordinal).Replace('_', '-'))
        );
        return new FineTuningOptions
        {
            OutputDirectory = output,
            LearningRate = run.GetProperty("learning_rate").GetDouble(),
            WarmupRatio = run.GetProperty("warmup_ratio").GetDouble(),
            NumTrainEpochs = run.GetProperty("num_train_epochs").GetDouble(),
            MaxSteps = run.GetProperty("max_steps").GetInt64(),
            PerDeviceTrainBatchSize = batch,
            GradientAccumulationSteps = accumulation,
            MaxGradNorm = run.GetProperty("max_grad_norm").GetDouble(),
            WeightDecay = run.GetProperty("weight_decay").GetDouble(),
            AdamBeta1 = adam[0],
            AdamBeta2 = adam[1],
            AdamEpsilon = adam[2],
            Seed = run.GetProperty("seed").GetInt64(),
            SaveSteps = 0,
            Threads = 1,
            MaskStrategies = MaskStrategies.Parse(flags, MaskStrategies.ParseBlockOrder(run.GetProperty("block_order").GetString()!)),
            MaskRateSchedule = MaskRateSchedules.Reference(microBatchesPerEpoch, accumulation),
            LossNormalizer = LossNormalizers.MicroBatch,
            Sampler = Samplers.ReferenceLengthGrouped((_, _) => permutations.Dequeue(), accumulation),
        };
    }

    private static TrainingData Data(JsonElement samples, JsonElement parts)
    {
        SampleTokenizer tokenizer = new(TinyRun.Tokenizer, new SampleTokenizerOptions { MarkerParsing = MarkerParsing.Reference });
        List<TrainingSample> data = [];
        foreach ((int dataset, JsonElement part) in parts.EnumerateArray().Index())
        {
            SampleType type = part.GetProperty("type").GetString() == "reflection" ? SampleType.Reflection : SampleType.Generation;
            foreach (string name in part.GetProperty("samples").EnumerateArray().Select(name => name.GetString()!))
            {
                TokenizedSample tokens = tokenizer.Label(Integers(samples.GetProperty(name).GetProperty("input_ids")), type);
                Assert.Equal(Integers(samples.GetProperty(name).GetProperty("labels")), tokens.Labels);
                data.Add(new TrainingSample(tokens, name, 1, dataset));
            }
        }

        return new TrainingData(data);
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];

    /// <summary>The loss of every micro-batch, not divided by their number.</summary>
    private sealed class MicroBatchLog(int accumulation) : IDistillationLoss
    {
        private readonly IDistillationLoss inner = DistillationLosses.Chunked();

        public string Identity => "log";

        public List<double> Losses { get; } = [];

        public DistillationLoss Compute(DistillationInput input)
        {
            DistillationLoss loss = inner.Compute(input);
            Losses.Add(accumulation * loss.Terms.Sum(term => term.Sum * term.Scale));
            return loss;
        }
    }
}
