using System.Text.Json;
using ReflectionCoder.Benchmarks.Peer;
using ReflectionCoder.Modeling;
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
        TrajectoryGolden golden = new();
        foreach (JsonElement run in golden.Runs)
        {
            Follow(run, golden);
        }
    }

    private static void Follow(JsonElement run, TrajectoryGolden golden)
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
            TrajectoryGolden.Decays(run)
        );
        using PeerTrainer peer = new(start.Config, start.Parameters, settings);
        foreach ((int index, JsonElement step) in run.GetProperty("steps_recorded").EnumerateArray().Index())
        {
            (TokenizedSample[] batch, bool[][] visible) = golden.Read(step);
            (double crossEntropy, double divergence, double norm) = peer.Step(batch, visible);
            TrajectoryGolden.AssertNear(step.GetProperty("ce").GetDouble(), crossEntropy, lossTolerance, $"{name}, step {index}: ce");
            TrajectoryGolden.AssertNear(step.GetProperty("kl").GetDouble(), divergence, lossTolerance, $"{name}, step {index}: kl");
            double size = step.GetProperty("grad_norm").GetDouble();
            TrajectoryGolden.AssertNear(size, norm, 1e-4 * size, $"{name}, step {index}: gradient norm");
        }

        foreach (JsonProperty weight in run.GetProperty("final_param_values").EnumerateObject())
        {
            double[] values = LossProblem.Doubles(peer.Weights[weight.Name]);
            foreach ((int entry, JsonElement expected) in weight.Value.EnumerateArray().Index())
            {
                TrajectoryGolden.AssertNear(expected.GetDouble(), values[entry], weightTolerance, $"{name}: {weight.Name}, entry {entry}");
            }
        }
    }
}
