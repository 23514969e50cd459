namespace ReflectionCoder.FineTuning;

/// <summary>The samples can't be trained on: none at all, none of the wanted type, all too long, or one the loss isn't defined for.</summary>
public sealed class TrainingDataException : FormatException
{
    /// <summary>Creates the exception.</summary>
    public TrainingDataException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with the samples.</param>
    public TrainingDataException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with the samples.</param>
    /// <param name="innerException">The cause.</param>
    public TrainingDataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The model has fewer embedding rows than the tokenizer has tokens.</summary>
public sealed class VocabularyMismatchException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public VocabularyMismatchException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The two sizes.</param>
    public VocabularyMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The two sizes.</param>
    /// <param name="innerException">The cause.</param>
    public VocabularyMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The loss or the gradient norm became infinite or not a number. The update was not made: the weights are those of the step before.</summary>
public sealed class NonFiniteLossException : ArithmeticException
{
    /// <summary>Creates the exception.</summary>
    public NonFiniteLossException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public NonFiniteLossException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public NonFiniteLossException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal NonFiniteLossException(string quantity, double value, long step, IReadOnlyList<string> samples)
        : base($"The {quantity} of step {step} is {value}; the update was not made. Samples: {string.Join(", ", samples.Take(16))}"
            + (samples.Count > 16 ? $" and {samples.Count - 16} more." : "."))
    {
        Step = step;
        Samples = samples;
    }

    /// <summary>The step, from 1.</summary>
    public long Step { get; }

    /// <summary>File and line of the samples it was computed on.</summary>
    public IReadOnlyList<string> Samples { get; } = [];
}

/// <summary>The run was cancelled after a whole step, and its checkpoint written.</summary>
public sealed class FineTuningCanceledException : OperationCanceledException
{
    /// <summary>Creates the exception.</summary>
    public FineTuningCanceledException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public FineTuningCanceledException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause.</param>
    public FineTuningCanceledException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal FineTuningCanceledException(long step, string checkpoint, CancellationToken token)
        : base($"Cancelled after step {step}; go on from {checkpoint}.", token)
    {
        Step = step;
        Checkpoint = checkpoint;
    }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; }

    /// <summary>The checkpoint to go on from.</summary>
    public string Checkpoint { get; } = "";
}
