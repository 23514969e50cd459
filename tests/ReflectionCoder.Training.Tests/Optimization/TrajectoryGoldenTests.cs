using System.Text.Json;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Losses;
using ReflectionCoder.Tokenization.Samples;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Optimization;

[Trait("Category", "Golden")]
public sealed class TrajectoryGoldenTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void Step_ReferenceRuns_FollowItsTrajectory(int chunkRows)
    {
        TrajectoryGolden golden = new();
        foreach (JsonElement run in golden.Runs)
        {
            Follow(run, golden, chunkRows);
        }
    }

    private static void Follow(JsonElement run, TrajectoryGolden golden, int chunkRows)
    {
        string name = run.GetProperty("name").GetString()!;
        double lossTolerance = 10 * run.GetProperty("max_abs_loss_diff_to_float64").GetDouble();
        double weightTolerance = 10 * run.GetProperty("max_abs_param_diff_to_float64").GetDouble();
        JsonElement[] steps = [.. run.GetProperty("steps_recorded").EnumerateArray()];
        double normTolerance =
            10
            * steps.Max(step =>
                Math.Abs(step.GetProperty("grad_norm").GetDouble() - step.GetProperty("float64_peer_grad_norm").GetDouble())
            );

        using CausalLanguageModel model = ModelFolder.Load(
            Reference.PathOf(run.GetProperty("model").GetString()!),
            CPU,
            ScalarType.Float32
        );
        AdamWOptions options = new()
        {
            Beta1 = run.GetProperty("betas")[0].GetDouble(),
            Beta2 = run.GetProperty("betas")[1].GetDouble(),
            Epsilon = run.GetProperty("eps").GetDouble(),
            WeightDecay = run.GetProperty("weight_decay").GetDouble(),
        };
        options = options with { Decays = TrajectoryGolden.Decays(run) };
        using AdamW optimizer = new(model.Parameters, options);
        for (int i = 0; i < steps.Length; i++)
        {
            (TokenizedSample[] batch, bool[][] visible) = golden.Read(steps[i]);
            PackedStep.ClearGradients(model);
            (double crossEntropy, double divergence) = PackedStep.Accumulate(
                model,
                LossProblem.Loss(chunkRows),
                BatchPacker.Pack(batch, visible)
            );
            double norm = GradientNorm.Clip(model.Parameters.Values, run.GetProperty("clip").GetDouble());
            optimizer.Step(run.GetProperty("lr").GetDouble());

            TrajectoryGolden.AssertNear(steps[i].GetProperty("ce").GetDouble(), crossEntropy, lossTolerance, $"{name}, step {i}: ce");
            TrajectoryGolden.AssertNear(steps[i].GetProperty("kl").GetDouble(), divergence, lossTolerance, $"{name}, step {i}: kl");
            TrajectoryGolden.AssertNear(
                steps[i].GetProperty("total").GetDouble(),
                crossEntropy + divergence,
                lossTolerance,
                $"{name}, step {i}: total"
            );
            TrajectoryGolden.AssertNear(
                steps[i].GetProperty("grad_norm").GetDouble(),
                norm,
                normTolerance,
                $"{name}, step {i}: gradient norm"
            );
        }

        foreach (JsonProperty weight in run.GetProperty("final_param_values").EnumerateObject())
        {
            double[] values = LossProblem.Doubles(model.Parameters[weight.Name]);
            int entry = 0;
            foreach (JsonElement expected in weight.Value.EnumerateArray())
            {
                TrajectoryGolden.AssertNear(expected.GetDouble(), values[entry], weightTolerance, $"{name}: {weight.Name}, entry {entry}");
                entry++;
            }

            double norm = Math.Sqrt(values.Sum(value => value * value));
            double size = run.GetProperty("final_param_norms").GetProperty(weight.Name).GetDouble();
            TrajectoryGolden.AssertNear(
                size,
                norm,
                (weightTolerance * Math.Sqrt(values.Length)) + (1e-8 * size),
                $"{name}: norm of {weight.Name}"
            );
        }
    }
}
