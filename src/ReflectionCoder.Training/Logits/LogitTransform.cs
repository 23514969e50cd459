using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Logits;

/// <summary>
/// Turns the output projection's results into logits: first scales them, then caps them softly, y = cap · tanh(scale · x / cap).
/// </summary>
/// <remarks>
/// Losses, generation and evaluation all apply it, so a model that scales or caps its logits does so everywhere. It is computed in the
/// element type of the tensor. Immutable and thread-safe.
/// </remarks>
public sealed record LogitTransform
{
    /// <summary>The transform that changes nothing.</summary>
    public static LogitTransform Identity { get; } = new();

    /// <summary>Factor on the projection's results; finite, not 0. The default value is 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>
    /// Limit of the absolute value of a logit, which is approached and never passed; positive. The default value is null: no limit.
    /// </summary>
    public double? SoftCap { get; init; }

    /// <summary>Whether nothing changes.</summary>
    internal bool IsIdentity => Scale == 1 && SoftCap is null;

    /// <summary>Whether scale and cap are in range.</summary>
    internal bool IsValid => double.IsFinite(Scale) && Scale != 0 && (SoftCap is null || (double.IsFinite(SoftCap.Value) && SoftCap > 0));

    /// <summary>Computes the logits, connected to autograd.</summary>
    /// <param name="projected">Hidden states · output projectionᵀ, of any shape. It stays unchanged.</param>
    /// <returns>
    /// The logits, in the same shape and type, owned by the caller (or its dispose scope). Where nothing changes it is
    /// <paramref name="projected"/> itself.
    /// </returns>
    public Tensor Apply(Tensor projected)
    {
        ArgumentNullException.ThrowIfNull(projected);
        if (IsIdentity)
        {
            return projected;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor scaled = Scale == 1 ? projected : projected.mul(Scale);
        return (SoftCap is { } cap ? scaled.div(cap).tanh().mul(cap) : scaled).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the logits in place, without autograd.</summary>
    internal void ApplyInPlace(Tensor projected)
    {
        if (Scale != 1)
        {
            projected.mul_(Scale);
        }

        if (SoftCap is { } cap)
        {
            projected.div_(cap).tanh_().mul_(cap);
        }
    }

    /// <summary>
    /// Turns the gradient with respect to the logits, in place, into the gradient with respect to the projection's results: multiplies it
    /// by scale · (1 - (y / cap)²).
    /// </summary>
    /// <param name="gradient">The gradient, in the type it was computed in.</param>
    /// <param name="logits">The logits, y, in the same shape.</param>
    internal void Differentiate(Tensor gradient, Tensor logits)
    {
        if (Scale != 1)
        {
            gradient.mul_(Scale);
        }

        if (SoftCap is { } cap)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor share = logits.to(gradient.dtype).div(cap);
            gradient.mul_(share.mul_(share).neg_().add_(1));
        }
    }
}
