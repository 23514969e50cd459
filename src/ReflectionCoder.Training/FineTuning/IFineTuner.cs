namespace ReflectionCoder.FineTuning;

/// <summary>Trains a model on samples. Not thread-safe: one run at a time.</summary>
public interface IFineTuner
{
    /// <summary>Trains until the last step, saves the model, and reports on the way.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="progress">Told of every optimizer step, in order, on the thread that trains; a slow listener slows training.</param>
    /// <param name="cancellationToken">Stops between two micro-batches; a checkpoint of the last whole step is written first.</param>
    /// <returns>What the run came to.</returns>
    /// <exception cref="FineTuningOptionsException">Options are out of range.</exception>
    /// <exception cref="TrainingDataException">The samples can't be trained on.</exception>
    /// <exception cref="NonFiniteLossException">Loss or gradient became infinite or not a number; the weights are those of the step before.</exception>
    /// <exception cref="Checkpointing.CheckpointException">A checkpoint could not be written or read.</exception>
    /// <exception cref="FineTuningCanceledException">The run was cancelled; it names the checkpoint.</exception>
    Task<FineTuningResult> TrainAsync(TrainingData data, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>What a run came to.</summary>
/// <param name="OutputDirectory">Where the trained model lies.</param>
/// <param name="Steps">Optimizer steps of the whole run.</param>
/// <param name="StartedFromStep">Optimizer steps that were already done when this session started.</param>
/// <param name="LastStep">The last step; null where a resumed run had none left to do.</param>
/// <param name="Elapsed">Training time, all sessions together.</param>
public sealed record FineTuningResult(string OutputDirectory, long Steps, long StartedFromStep, TrainingProgress? LastStep, TimeSpan Elapsed);
