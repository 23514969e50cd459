using System.Text.Json;
using ReflectionCoder.Benchmarks.Peer;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Losses;
using ReflectionCoder.Tokenization.Samples;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Benchmarks;

/// <summary>The opponent of the race does the reference's mathematics: it follows the reference's own runs.</summary>
[Trait("Category", "Golden")]
public sealed class PeerTrajectoryTests
{
    [Fact]
    public void Step_ReferenceRuns_FollowsTheirTrajectory()
    {
        JsonElement golden = Reference.Golden("trajectory");
        Dictionary<string, TokenizedSample> samples = golden
            .GetProperty("samples")
            .EnumerateObject()
            .ToDictionary(sample => sample.Name, sample => GoldenSamples.Create(sample.Value));
        foreach (JsonElement run in golden.GetProperty("runs").EnumerateArray())
        {
            Follow(run, samples);
        }
    }

    private static void Follow(JsonElement run, Dictionary<string, TokenizedSample> samples)
    {
        string name = run.GetProperty("name").GetString()!;
        double lossTolerance = 10 * run.GetProperty("max_abs_loss_diff_to_float64").GetDouble();
        double weightTolerance = 10 * run.GetProperty("max_abs_param_diff_to_float64").GetDouble();
        string folder = run.GetProperty("model").GetString()!;
        using CausalLanguageModel start = ModelFolder.Load(Reference.PathOf(folder), CPU, ScalarType.Float32);
        PeerSettings settings = new(
            run.GetProperty("lr").GetDouble(),
            run.GetProperty("clip").GetDouble(),
            run.GetProperty("weight_decay").GetDouble(),
            Decays(run.GetProperty("decay").GetString()!, folder)
        );
        using PeerTrainer peer = new(start.Config, start.Parameters, settings);
        foreach ((int index, JsonElement step) in run.GetProperty("steps_recorded").EnumerateArray().Index())
        {
            TokenizedSample[] batch = [.. step.GetProperty("samples").EnumerateArray().Select(sample => samples[sample.GetString()!])];
            bool[][] visible =
            [
                .. step.GetProperty("distillation_attention_mask")
                    .EnumerateArray()
                    .Select((mask, row) => GoldenSamples.Mask(mask)[..batch[row].Length]),
            ];
            (double crossEntropy, double divergence, double norm) = peer.Step(batch, visible);
            AssertNear(step.GetProperty("ce").GetDouble(), crossEntropy, lossTolerance, $"{name}, step {index}: ce");
            AssertNear(step.GetProperty("kl").GetDouble(), divergence, lossTolerance, $"{name}, step {index}: kl");
            double size = step.GetProperty("grad_norm").GetDouble();
            AssertNear(size, norm, 1e-4 * size, $"{name}, step {index}: gradient norm");
        }

        foreach (JsonProperty weight in run.GetProperty("final_param_values").EnumerateObject())
        {
            double[] values = LossProblem.Doubles(peer.Weights[weight.Name]);
            foreach ((int entry, JsonElement expected) in weight.Value.EnumerateArray().Index())
            {
                AssertNear(expected.GetDouble(), values[entry], weightTolerance, $"{name}: {weight.Name}, entry {entry}");
            }
        }
    }

    /// <summary>transformers 4.40 lets the norms of Qwen2 decay, but not those of Llama.</summary>
    private static Func<string, bool> Decays(string groups, string model) =>
        groups == "all" ? _ => true
        : model == "tiny-qwen2" ? name => !name.Contains("bias", StringComparison.Ordinal)
        : AdamWOptions.DecaysByDefault;

    private static void AssertNear(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what} is {actual:R}, expected {expected:R} within {tolerance:G2}.");
}
