using ReflectionCoder.Torch;

namespace ReflectionCoder.FineTuning;

/// <summary>Trains a model on samples. One run at a time.</summary>
/// <remarks>
/// <para>Training has a thread of its own; the call returns at once. What runs on which thread:</para>
/// <list type="bullet">
/// <item>Code after <c>await</c> continues in the caller's context, as usual.</item>
/// <item>Progress is reported on the training thread, in order. <see cref="Progress{T}"/> passes it on to the context in which it was
/// created, such as a user interface's thread. Your own <see cref="IProgress{T}"/> runs on the training thread, which waits for it.</item>
/// <item><see cref="ITrainerCallback"/>s are called on the training thread, and may use the model.</item>
/// <item><see cref="FineTunerExtensions.StreamAsync"/> gives the steps to an <c>await foreach</c> in the caller's context.</item>
/// </list>
/// <para>The caller's execution context (current activity, log scopes, <see cref="AsyncLocal{T}"/> values) is also the training
/// thread's.</para>
/// </remarks>
public interface IFineTuner
{
    /// <summary>Trains until the last step, saves the model, and reports on the way.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="progress">Told of every optimizer step, in order, on the training thread. The default value is null: nobody is
    /// told.</param>
    /// <param name="cancellationToken">Stops the run before its next micro-batch, or in a callback that watches the token. A checkpoint of
    /// the last complete step is written first.</param>
    /// <returns>The run's result, once the trained model is saved.</returns>
    /// <exception cref="TrainingDataException">The samples can't be trained on.</exception>
    /// <exception cref="NonFiniteException">
    /// A loss or the gradient became infinite or not a number. The weights are those of the step before.
    /// </exception>
    /// <exception cref="Checkpointing.CheckpointException">
    /// A checkpoint could not be written or read, or belongs to another run; or the output directory holds another run's files.
    /// </exception>
    /// <exception cref="FineTuningCanceledException">The run was cancelled; the exception names the checkpoint.</exception>
    Task<FineTuningResult> TrainAsync(
        TrainingData data,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default
    );
}

/// <summary>The result of a run.</summary>
/// <param name="OutputDirectory">The folder with the trained model.</param>
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
