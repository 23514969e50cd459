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
        : base(message, innerException)
    {
    }
}

/// <summary>A checkpoint belongs to a run with other options or other data.</summary>
public sealed class ResumeMismatchException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What differs.</param>
    public ResumeMismatchException(string message)
        : base(message)
    {
    }

    internal ResumeMismatchException(string checkpoint, IReadOnlyList<string> differences)
        : base($"{checkpoint} belongs to another run: {string.Join("; ", differences)}.")
    {
        Differences = differences;
    }

    /// <summary>What differs, by name.</summary>
    public IReadOnlyList<string> Differences { get; } = [];
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
