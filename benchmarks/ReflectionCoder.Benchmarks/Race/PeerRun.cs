using System.Diagnostics;
using ReflectionCoder.Benchmarks.Peer;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>One timed run of the reference's formulation in plain TorchSharp.</summary>
internal static class PeerRun
{
    public static IReadOnlyList<StepResult> Execute(RaceSettings settings, ModelConfig config, IReadOnlyList<RaceStep> plan)
    {
        set_num_threads(settings.Threads);
        using PeerTrainer trainer = Create(settings, config);
        List<StepResult> results = [];
        foreach (RaceStep step in plan)
        {
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            (double crossEntropy, double divergence, double norm) = trainer.Step(step.Samples, step.Visible);
            results.Add(
                new StepResult
                {
                    CrossEntropy = crossEntropy,
                    Divergence = divergence,
                    GradientNorm = norm,
                    Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
                    ProcessorSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds,
                }
            );
        }

        return results;
    }

    /// <summary>A peer that starts with the weights that our model of this seed has.</summary>
    private static PeerTrainer Create(RaceSettings settings, ModelConfig config)
    {
        using CausalLanguageModel ours = CausalLanguageModel.Create(config, seed: settings.Seed);
        return new PeerTrainer(config, ours.Parameters, new PeerSettings(settings.LearningRate, Clip: 1, WeightDecay: 0, _ => true));
    }
}
