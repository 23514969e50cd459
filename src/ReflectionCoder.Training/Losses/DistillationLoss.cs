using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>A term of a loss.</summary>
/// <param name="Name">Its name, snake case: what it is called in a run's metrics. A loss has one term of a name.</param>
/// <param name="Sum">What it sums to over the rows, without a factor; in nats for our own terms.</param>
/// <param name="Scale">The factor with which it entered <see cref="DistillationLoss.Total"/>.</param>
public readonly record struct LossTerm(string Name, double Sum, double Scale)
{
    /// <summary>Name of our sum of cross entropies.</summary>
    public const string CrossEntropy = "cross_entropy";

    /// <summary>Name of our sum of KL(teacher ‖ student).</summary>
    public const string Divergence = "divergence";
}

/// <summary>A computed loss.</summary>
/// <param name="Total">Scalar: scale · sum of every term, connected to autograd. Owned by the caller (or its dispose scope).</param>
/// <param name="Terms">
/// What it is made of; ours are <see cref="LossTerm.CrossEntropy"/> and <see cref="LossTerm.Divergence"/>. Further ones are reported under
/// their names, and one that is not finite stops the run.
/// </param>
public sealed record DistillationLoss(Tensor Total, IReadOnlyList<LossTerm> Terms)
{
    /// <summary>The loss of our two terms, with the scales of the input.</summary>
    internal static DistillationLoss Of(Tensor total, DistillationInput input, double crossEntropySum, double divergenceSum) =>
        new(
            total,
            [
                new LossTerm(LossTerm.CrossEntropy, crossEntropySum, input.CrossEntropyScale),
                new LossTerm(LossTerm.Divergence, divergenceSum, input.DivergenceScale),
            ]
        );

    /// <summary>The sum of a term, without a factor.</summary>
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
