using ReflectionCoder.Torch;

namespace ReflectionCoder.FineTuning;

/// <summary>Trains a model on samples. One run at a time.</summary>
/// <remarks>
/// <para>Training runs on a thread of its own; the call returns at once. Who hears what, and where:</para>
/// <list type="bullet">
/// <item>The task continues in the context of whoever awaits it.</item>
/// <item>Progress is reported on the thread that trains, in order. <see cref="Progress{T}"/> takes it to the context it was made in (a user
/// interface's thread, say); an implementation of one's own runs right there, and slows training while it does.</item>
/// <item><see cref="ITrainerCallback"/>s are called on the thread that trains, and may use the model.</item>
/// <item><see cref="FineTunerExtensions.StreamAsync"/> brings the steps to whoever enumerates.</item>
/// </list>
/// <para>The caller's execution context (activity, log scopes, async-locals) goes along.</para>
/// </remarks>
public interface IFineTuner
{
    /// <summary>Trains until the last step, saves the model, and reports on the way.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="progress">Told of every optimizer step, in order, on the thread that trains.</param>
    /// <param name="cancellationToken">Stops between two micro-batches, or in a callback that looks for it; a checkpoint of the last whole
    /// step is written first.</param>
    /// <returns>What the run came to.</returns>
    /// <exception cref="TrainingDataException">The samples can't be trained on.</exception>
    /// <exception cref="NonFiniteException">
    /// Loss or gradient became infinite or not a number; the weights are those of the step before.
    /// </exception>
    /// <exception cref="Checkpointing.CheckpointException">
    /// A checkpoint could not be written or read, or belongs to another run.
    /// </exception>
    /// <exception cref="FineTuningCanceledException">The run was cancelled; it names the checkpoint.</exception>
    Task<FineTuningResult> TrainAsync(
        TrainingData data,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default
    );
}

/// <summary>What a run came to.</summary>
/// <param name="OutputDirectory">Where the trained model lies.</param>
/// <param name="Steps">Optimizer steps of the whole run.</param>
/// <param name="StartedFromStep">Optimizer steps that were already done when this session started.</param>
/// <param name="LastStep">The last step; null where a resumed run had none left to do.</param>
/// <param name="Elapsed">Training time, all sessions together.</param>
public sealed record FineTuningResult(
    string OutputDirectory,
    long Steps,
    long StartedFromStep,
    TrainingProgress? LastStep,
    TimeSpan Elapsed
);
