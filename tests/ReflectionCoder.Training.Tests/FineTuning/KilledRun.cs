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
}

/// <summary>A run in a process of its own that dies at a chosen point.</summary>
internal static class KilledRun
{
    public const string Command = "killed-run";

    /// <summary>The child's last argument for a run that trains an adapter.</summary>
    public const string Lora = "lora";

    /// <summary>The child's last argument for a run of a host's own model.</summary>
    public const string Own = "own";

    /// <summary>Starts this assembly as a program, waits for its end and returns its exit code.</summary>
    public static int Start(string output, KillPoint point, bool lora = false, bool own = false)
    {
        string[] kinds = [.. lora ? [Lora] : (string[])[], .. own ? [Own] : (string[])[]];
        using Process process = Process.Start(Program.StartInfo(Command, [output, point.ToString(), .. kinds]))!;
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), "the run hangs");
        return process.ExitCode;
    }

    /// <summary>The child's part.</summary>
    public static void Train(string output, KillPoint point, bool lora, bool own)
    {
        using ICausalLanguageModel model = own ? OwnModel.Create(TinyRun.Tokenizer) : TinyRun.Model();
        TinyRun.Train(model, Options(output, point, lora));
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
