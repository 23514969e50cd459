namespace ReflectionCoder.FineTuning;

/// <summary>
/// The samples can't be trained on: none at all, none of the wanted type, all too long, one the loss isn't defined for, or tokens that the
/// model has no embedding rows for.
/// </summary>
public sealed class TrainingDataException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with the samples.</param>
    /// <param name="innerException">The cause, if any.</param>
    public TrainingDataException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}

/// <summary>The run was cancelled after a whole step, and its checkpoint written.</summary>
public sealed class FineTuningCanceledException : OperationCanceledException
{
    internal FineTuningCanceledException(long step, string checkpoint, CancellationToken token)
        : base($"Cancelled after step {step}; go on from {checkpoint}.", token)
    {
        Step = step;
        Checkpoint = checkpoint;
    }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; }

    /// <summary>The checkpoint to go on from.</summary>
    public string Checkpoint { get; }
}
