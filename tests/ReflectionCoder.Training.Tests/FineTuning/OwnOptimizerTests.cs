using System.Diagnostics;
using System.Globalization;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>A run whose optimizer is a host's.</summary>
public sealed class OwnOptimizerTests
{
    /// <summary>This assembly's command for a run with momentum that kills itself after step 5.</summary>
    public const string KilledCommand = "killed-sgd-run";

    [Fact]
    public void Train_Sgd_LearnsAndKeepsItsStateInTheCheckpoint()
    {
        using RunFolder folder = new();
        StepLog log = new();
        TinyRun.Train(Options(folder.Path) with { NumTrainEpochs = 3 }, progress: log);
        Assert.True(
            log.Steps[^1].CrossEntropy < log.Steps[0].CrossEntropy - 0.1,
            $"{log.Steps[0].CrossEntropy} to {log.Steps[^1].CrossEntropy}"
        );
        using SafetensorsReader state = SafetensorsReader.Open(Path.Combine(folder["checkpoint-3"], TrainingCheckpoint.OptimizerFileName));
        using CausalLanguageModel model = TinyRun.Model();
        Assert.Equal(model.TrainableParameters.Keys.Select(name => "momentum." + name).Order(), state.Entries.Keys.Order());
        Assert.Equal(3, TrainingCheckpoint.Open(folder["checkpoint-3"]).State.OptimizerStep);
    }

    /// <summary>Without momentum there is no state but the count.</summary>
    [Theory]
    [InlineData(0.9)]
    [InlineData(0)]
    public void Resume_Sgd_EndsWithTheSameBytes(double momentum)
    {
        using RunFolder folder = new();
        using RunFolder other = new();
        TinyRun.Train(Options(folder.Path, momentum));
        using CausalLanguageModel model = TinyRun.Model(seed: 6);
        TinyRun.Train(model, Options(other.Path, momentum) with { ResumeFromCheckpoint = folder["checkpoint-6"] });
        Assert.Equal(TinyRun.Weights(folder.Path), TinyRun.Weights(other.Path));
        Assert.Equal(UninterruptedRun.Checkpoint(folder["checkpoint-12"]), UninterruptedRun.Checkpoint(other["checkpoint-12"]));
    }

    [Fact]
    public void Resume_SgdAfterSigkill_EndsWithTheSameBytes()
    {
        using RunFolder folder = new();
        using RunFolder whole = new();
        using (Process process = Process.Start(Program.StartInfo(KilledCommand, [folder.Path]))!)
        {
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), "the run hangs");
            Assert.Equal(137, process.ExitCode);
        }

        Assert.Equal(3, TinyRun.Train(Options(folder.Path) with { Resume = true }).StartedFromStep);
        TinyRun.Train(Options(whole.Path));
        Assert.Equal(TinyRun.Weights(whole.Path), TinyRun.Weights(folder.Path));
        Assert.Equal(UninterruptedRun.TimelessMetrics(whole["metrics.jsonl"]), UninterruptedRun.TimelessMetrics(folder["metrics.jsonl"]));
    }

    /// <summary>The killed run's part.</summary>
    internal static void TrainAndDie(string output) =>
        TinyRun.Train(
            Options(output) with
            {
                Callbacks =
                [
                    new StepEnd(
                        (context, _) =>
                        {
                            if (context.Step == 5)
                            {
                                using Process self = Process.GetCurrentProcess();
                                self.Kill();
                                Thread.Sleep(Timeout.Infinite);
                            }
                        }
                    ),
                ],
            }
        );

    [Fact]
    public void Resume_OtherOptimizer_IsRefusedByName()
    {
        using RunFolder folder = new();
        FineTuningOptions options = Options(folder.Path) with { MaxSteps = 3 };
        TinyRun.Train(options);
        options = options with { Resume = true };
        string adamw = "adamw(beta1 0.9, beta2 0.999, epsilon 1E-08, weight decay 0, master weights)";
        Assert.Equal([$"optimizer was sgd(momentum 0.9) and is now {adamw}"], Refused(options with { Optimizer = null }));
        Assert.Equal(
            ["optimizer was sgd(momentum 0.9) and is now sgd(momentum 0.8)"],
            Refused(options with { Optimizer = new SgdFactory(0.8) })
        );

        // AdamW's settings aren't this optimizer's.
        Assert.Equal(3, TinyRun.Train(options with { AdamBeta1 = 0.5, WeightDecay = 1 }).StartedFromStep);
    }

    [Fact]
    public void Resume_AdamWWithOtherSettings_IsRefused()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 3 };
        TinyRun.Train(options);
        options = options with { Resume = true };
        foreach (
            FineTuningOptions other in (FineTuningOptions[])
                [
                    options with
                    {
                        AdamBeta1 = 0.8,
                    },
                    options with
                    {
                        AdamBeta2 = 0.99,
                    },
                    options with
                    {
                        AdamEpsilon = 1e-6,
                    },
                    options with
                    {
                        WeightDecay = 0.1,
                    },
                    options with
                    {
                        MasterWeights = false,
                    },
                ]
        )
        {
            Assert.StartsWith("optimizer was adamw(beta1 0.9, ", Assert.Single(Refused(other)));
        }

        // By the factory it is the same.
        Assert.Equal(3, TinyRun.Train(options with { Optimizer = Optimizers.AdamW() }).StartedFromStep);
    }

    [Fact]
    public void Estimate_OwnOptimizer_CountsItsState()
    {
        MemoryWorkload workload = MemoryWorkload.OfLength(1, 100);
        Assert.Equal(0, Most(new SgdFactory(0)));
        Assert.Equal(Most(null) / 2, Most(new SgdFactory(0.9)));
        Assert.Equal(Most(null), Most(Optimizers.AdamW()));

        long Most(IOptimizerFactory? optimizer) =>
            MemoryPlan
                .Estimate(TinyRun.Config, workload, new MemoryPlanOptions { Optimizer = optimizer })
                .Items.FirstOrDefault(item => item.Name is "optimizer moments" or "optimizer state")
                ?.Most
            ?? 0;
    }

    private static IReadOnlyList<string> Refused(FineTuningOptions options) =>
        Assert.Throws<CheckpointException>(() => TinyRun.Train(options)).Differences;

    private static FineTuningOptions Options(string output, double momentum = 0.9) =>
        TinyRun.Options(output) with
        {
            Optimizer = new SgdFactory(momentum),
            LearningRate = 0.05,
        };
}

/// <summary>Plain descent, with momentum or without.</summary>
internal sealed class SgdFactory(double momentum) : IOptimizerFactory
{
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"sgd(momentum {momentum})");

    public IOptimizer Create(IReadOnlyDictionary<string, Tensor> parameters) => new Sgd(parameters, momentum);

    public long? GetStateBytesPerElement(ScalarType dtype) =>
        momentum == 0 ? 0
        : dtype == ScalarType.Float64 ? 8
        : dtype == ScalarType.BFloat16 ? 2
        : 4;

    private sealed class Sgd(IReadOnlyDictionary<string, Tensor> parameters, double momentum) : IOptimizer
    {
        private readonly Dictionary<string, Tensor> velocities =
            momentum == 0
                ? []
                : parameters.ToDictionary(
                    pair => "momentum." + pair.Key,
                    pair => pair.Value.detach().zeros_like().DetachFromDisposeScope()
                );

        public long StepCount { get; private set; }

        public void Step(double learningRate)
        {
            StepCount++;
            using IDisposable noGradient = no_grad();
            foreach ((string name, Tensor parameter) in parameters)
            {
                using DisposeScope scope = NewDisposeScope();
                if (parameter.grad is { } gradient)
                {
                    Tensor change = momentum == 0 ? gradient : velocities["momentum." + name].mul_(momentum).add_(gradient);
                    parameter.add_(change, -learningRate);
                }
            }
        }

        public IReadOnlyDictionary<string, Tensor> GetState() => velocities;

        public void LoadState(IReadOnlyDictionary<string, Tensor> state, long stepCount)
        {
            Assert.Equal(velocities.Keys.Order(), state.Keys.Order());
            using IDisposable noGradient = no_grad();
            foreach ((string name, Tensor velocity) in velocities)
            {
                velocity.copy_(state[name]);
            }

            StepCount = stepCount;
        }

        public void Dispose()
        {
            foreach (Tensor velocity in velocities.Values)
            {
                velocity.Dispose();
            }
        }
    }
}
