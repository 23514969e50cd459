namespace ReflectionCoder.FineTuning;

/// <summary>
/// The samples can't be trained on: there are none, all are too long, none is a reflection sample although distillation is on, a sample is
/// malformed, or a token id has no row in the model's embeddings.
/// </summary>
public sealed class TrainingDataException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with the samples.</param>
    /// <param name="innerException">The cause, if any.</param>
    public TrainingDataException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}

/// <summary>A run was cancelled. It stopped after a complete step and wrote a checkpoint of it.</summary>
public sealed class FineTuningCanceledException : OperationCanceledException
{
    internal FineTuningCanceledException(long step, string checkpoint, CancellationToken token)
        : base($"Cancelled after step {step}; go on from {checkpoint}.", token)
    {
        Step = step;
        Checkpoint = checkpoint;
    }

    /// <summary>Optimizer steps done, in all sessions of the run.</summary>
    public long Step { get; }

    /// <summary>Folder of the checkpoint to go on from (<see cref="FineTuningOptions.ResumeFromCheckpoint"/>).</summary>
    public string Checkpoint { get; }
}
