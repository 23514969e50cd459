using Microsoft.Extensions.Logging;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Tells a run's events to all who listen: log, callbacks, metrics file, and the caller's progress.</summary>
/// <param name="context">The run, as callbacks see it.</param>
/// <param name="metrics">The metrics file, which the reporter disposes; null for none.</param>
internal sealed class RunReporter(TrainerContext context, MetricsFile? metrics) : IDisposable
{
    private readonly FineTuningOptions options = context.Options;

    /// <summary>Training is about to begin. Nothing is written yet: a callback may still refuse the run.</summary>
    public void TrainBegins()
    {
        options.Logger.LogInformation(
            "Training on {Samples} samples ({Overlong} left out as too long), {MaxSteps} steps of up to {GlobalBatch} samples, "
                + "{Parameters:N0} trainable parameters, from step {Step}.",
            context.Data.Samples.Count,
            context.Data.Overlong.Count,
            context.MaxSteps,
            options.GlobalBatchSize,
            context.Model.TrainableParameters.Values.Sum(parameter => parameter.numel()),
            context.Step
        );
        foreach (ITrainerCallback callback in options.Callbacks)
        {
            callback.OnTrainBegin(context);
        }
    }

    /// <summary>Takes the metrics file for this run: lines of a former run go.</summary>
    public void BeginMetrics() => metrics?.Begin();

    /// <summary>Writes what callbacks measured before the first step. Only after <see cref="BeginMetrics"/>.</summary>
    public void WriteStartMetrics()
    {
        if (context.TakeMetrics() is { Count: > 0 } measured)
        {
            metrics?.WriteStart(measured);
        }
    }

    /// <summary>A step is done.</summary>
    public void StepEnds(TrainingProgress done, IProgress<TrainingProgress>? progress)
    {
        try
        {
            foreach (ITrainerCallback callback in options.Callbacks)
            {
                callback.OnStepEnd(context, done);
            }
        }
        finally
        {
            // The weights are updated, so the step gets its line even if a callback fails.
            done = done with
            {
                Metrics = context.TakeMetrics(),
            };
            metrics?.Write(done);
        }

        progress?.Report(done);
        if (done.Step % options.LoggingSteps == 0 || done.Step == done.MaxSteps)
        {
            options.Logger.LogInformation(
                "Step {Step}/{MaxSteps}: loss {Loss:F4}, ce {CrossEntropy:F4}, kl {Divergence:F4}, mask rate {MaskRate:F3}, lr "
                    + "{LearningRate:E2}, grad norm {GradientNorm:F3}, {TokensPerSecond:F0} tokens/s.",
                done.Step,
                done.MaxSteps,
                done.Loss,
                done.CrossEntropy,
                done.Divergence,
                done.MaskRate,
                done.LearningRate,
                done.GradientNorm,
                done.TokensPerSecond
            );
        }
    }

    /// <summary>A checkpoint was saved.</summary>
    public void CheckpointSaved(string directory)
    {
        options.Logger.LogInformation("Saved {Directory}.", directory);
        foreach (ITrainerCallback callback in options.Callbacks)
        {
            callback.OnCheckpointSaved(context, directory);
        }
    }

    /// <summary>The last step is done, and the model not saved yet.</summary>
    public void TrainEnds()
    {
        foreach (ITrainerCallback callback in options.Callbacks)
        {
            callback.OnTrainEnd(context);
        }
    }

    /// <summary>Brings the metrics to the disk, so that no checkpoint is there without the lines of its steps.</summary>
    public void FlushMetrics() => metrics?.FlushToDisk();

    /// <inheritdoc/>
    public void Dispose() => metrics?.Dispose();
}
