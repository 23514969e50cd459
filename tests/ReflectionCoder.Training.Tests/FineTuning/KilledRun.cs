using System.Diagnostics;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.Modeling;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>Where a run kills itself with SIGKILL.</summary>
public enum KillPoint
{
    BeforeFirstCheckpoint,
    BetweenCheckpoints,
    InsideCheckpointWrite,
    InSecondEpoch,
    AfterLastStep,
    InsideFinalSave,
    Nowhere,
}

/// <summary>A run in a process of its own that dies at a chosen point.</summary>
internal static class KilledRun
{
    public const string Command = "killed-run";

    /// <summary>The child's last argument for a run that trains an adapter.</summary>
    public const string Lora = "lora";

    /// <summary>The child's last argument for a run of a host's own model.</summary>
    public const string Own = "own";

    /// <summary>The child's last argument for a run that goes on where another ended.</summary>
    public const string Resume = "resume";

    /// <summary>Starts this assembly as a program, waits for its end and returns its exit code.</summary>
    public static int Start(string output, KillPoint point, bool lora = false, bool own = false, bool resume = false)
    {
        string[] kinds = [.. lora ? [Lora] : (string[])[], .. own ? [Own] : (string[])[], .. resume ? [Resume] : (string[])[]];
        using Process process = Process.Start(Program.StartInfo(Command, [output, point.ToString(), .. kinds]))!;
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), "the run hangs");
        return process.ExitCode;
    }

    /// <summary>The child's part.</summary>
    /// <returns>The step that the run started from.</returns>
    public static int Train(string output, KillPoint point, bool lora, bool own, bool resume)
    {
        // What is resumed brings its weights, so others may stand there before; an adapter's base is the same.
        uint seed = resume && !lora ? 2u : 1u;
        using ICausalLanguageModel model = own ? OwnModel.Create(TinyRun.Tokenizer, seed) : TinyRun.Model();
        return (int)TinyRun.Train(model, Options(output, point, lora) with { Resume = resume }).StartedFromStep;
    }

    private static FineTuningOptions Options(string output, KillPoint point, bool lora) =>
        TinyRun.Options(output) with
        {
            Lora = lora ? TinyRun.Lora : null,
            Callbacks = [new Killer(point)],
            BeforeCheckpointCommit = directory =>
            {
                string name = Path.GetFileName(directory);
                if (
                    (point == KillPoint.InsideCheckpointWrite && name.StartsWith("checkpoint-6", StringComparison.Ordinal))
                    || (point == KillPoint.InsideFinalSave && name.StartsWith(".saving", StringComparison.Ordinal))
                )
                {
                    Die();
                }
            },
        };

    private static void Die()
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private sealed class Killer(KillPoint point) : ITrainerCallback
    {
        public void OnStepEnd(TrainerContext context, TrainingProgress progress)
        {
            long step = point switch
            {
                KillPoint.BeforeFirstCheckpoint => 2,
                KillPoint.BetweenCheckpoints => 5,
                KillPoint.InSecondEpoch => TinyRun.StepsInEpoch + 4,
                _ => -1,
            };
            if (context.Step == step)
            {
                Die();
            }
        }

        public void OnTrainEnd(TrainerContext context)
        {
            if (point == KillPoint.AfterLastStep)
            {
                Die();
            }
        }
    }
}
