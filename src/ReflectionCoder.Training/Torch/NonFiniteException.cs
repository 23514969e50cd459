namespace ReflectionCoder.Torch;

/// <summary>
/// Thrown when a model has computed an infinite number or NaN. In training it is the loss or the gradient norm of a step; the update was
/// not made, so the weights are those of the step before. In generation it is logits that leave no token to choose.
/// </summary>
public sealed class NonFiniteException : ArithmeticException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which number is not finite, and where.</param>
    public NonFiniteException(string message)
        : base(message) { }

    /// <summary>The step of the training run, from 1. The default value is null: the error did not come from training.</summary>
    public long? Step { get; init; }

    /// <summary>
    /// File and line of the samples that the number was computed on. The default value is empty: the error did not come from training.
    /// </summary>
    public IReadOnlyList<string> Samples { get; init; } = [];
}
