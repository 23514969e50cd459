using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>A term of a loss. Its part of the total is <paramref name="Scale"/> · <paramref name="Sum"/>.</summary>
/// <param name="Name">Its name in snake case, under which a run's metrics report it. No two terms of a loss have the same name.</param>
/// <param name="Sum">Its sum over the rows, before the factor; in nats for the terms of this library.</param>
/// <param name="Scale">The factor on the sum in <see cref="DistillationLoss.Total"/>.</param>
public readonly record struct LossTerm(string Name, double Sum, double Scale)
{
    /// <summary>Name of this library's cross entropy term: cross entropy summed over all labels.</summary>
    public const string CrossEntropy = "cross_entropy";

    /// <summary>
    /// Name of this library's divergence term: KL(teacher ‖ student) summed over all pairs of rows, each times its
    /// <see cref="DistillationTargets.PairWeights"/>.
    /// </summary>
    public const string Divergence = "divergence";
}

/// <summary>The result of a loss. It doesn't own <paramref name="Total"/>.</summary>
/// <param name="Total">
/// The scalar to differentiate: the sum of scale · sum over all terms, connected to autograd. Owned by the caller (or its dispose scope).
/// </param>
/// <param name="Terms">
/// The terms. This library's are <see cref="LossTerm.CrossEntropy"/> and <see cref="LossTerm.Divergence"/>. A run reports all terms under
/// their names, and stops where one is not finite.
/// </param>
public sealed record DistillationLoss(Tensor Total, IReadOnlyList<LossTerm> Terms)
{
    /// <summary>Makes the result of the two standard terms, with the scales of the input.</summary>
    internal static DistillationLoss Of(Tensor total, DistillationInput input, double crossEntropySum, double divergenceSum) =>
        new(
            total,
            [
                new LossTerm(LossTerm.CrossEntropy, crossEntropySum, input.CrossEntropyScale),
                new LossTerm(LossTerm.Divergence, divergenceSum, input.DivergenceScale),
            ]
        );

    /// <summary>Finds the sum of a term, before its factor.</summary>
    /// <param name="name">The term's name.</param>
    /// <returns>The sum; 0 where the loss has no such term.</returns>
    public double SumOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (LossTerm term in Terms)
        {
            if (term.Name == name)
            {
                return term.Sum;
            }
        }

        return 0;
    }
}
