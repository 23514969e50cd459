namespace ReflectionCoder.Torch;

/// <summary>
/// What a model computed is infinite or not a number: the loss or the gradient norm of a step (the update was not made: the weights are
/// those of the step before), or logits that leave no token to choose.
/// </summary>
public sealed class NonFiniteException : ArithmeticException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which number is what, and where.</param>
    public NonFiniteException(string message)
        : base(message) { }

    /// <summary>The step of a training run, from 1; null where nothing was trained.</summary>
    public long? Step { get; init; }

    /// <summary>File and line of the samples that the number was computed on; empty where nothing was trained.</summary>
    public IReadOnlyList<string> Samples { get; init; } = [];
}
