using ReflectionCoder.Losses;
using TorchSharp;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// The loss of one optimizer step: the factors with which the terms of its micro-batches enter, and their sums so far. Only here the
/// divergence is multiplied by its weight.
/// </summary>
internal sealed class StepLoss(FineTuningOptions options, PlannedStep planned)
{
    /// <summary>Share of the terms' size by which a total may be off: a host may add in bfloat16.</summary>
    private const double RoundingShare = 0.02;

    private readonly Dictionary<string, double> further = new(StringComparer.Ordinal);

    /// <summary>Mean cross entropy a label.</summary>
    public double CrossEntropy { get; private set; }

    /// <summary>
    /// Mean divergence a position, times the samples' weights but without KlWeight; null where the loss has no such term.
    /// </summary>
    public double? Divergence { get; private set; }

    /// <summary>What terms of a host's loss added, by name.</summary>
    public IReadOnlyDictionary<string, double> Further => further;

    /// <summary>What was minimised.</summary>
    public double Total => further.Values.Aggregate(CrossEntropy + (options.KlWeight * (Divergence ?? 0)), (sum, value) => sum + value);

    /// <summary>Factors on the sums of a micro-batch with which they become means, of the whole step or as the normalizer says.</summary>
    public LossScales MeansOf(MicroBatch microBatch) =>
        options.LossNormalizer.GetScales(planned.Counts, microBatch.Counts, planned.MicroBatches.Count);

    /// <summary>Factors with which the sums enter the loss.</summary>
    public LossScales Weighted(LossScales means) => means with { Divergence = means.Divergence * options.KlWeight };

    /// <summary>Adds a micro-batch's loss.</summary>
    /// <param name="loss">What was computed with <see cref="Weighted"/>.</param>
    /// <param name="means">What <see cref="MeansOf"/> gave.</param>
    /// <returns>The first term that is infinite or not a number, with its value; null where all are finite.</returns>
    /// <exception cref="InvalidOperationException">A term has no name, or one that is taken.</exception>
    public (string Term, double Value)? Add(DistillationLoss loss, LossScales means)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        (string, double)? broken = null;
        foreach (LossTerm term in loss.Terms)
        {
            if (!IsSnakeCase(term.Name) || !seen.Add(term.Name) || MetricsFile.Fields.Contains(term.Name))
            {
                throw new InvalidOperationException(
                    $"The loss {options.Loss.Identity} has a term '{term.Name}'; "
                        + "expected a name in snake case that no other term has, nor a field of the metrics "
                        + $"({string.Join(", ", MetricsFile.Fields)})."
                );
            }

            double value = Add(term, means);
            if (broken is null && !double.IsFinite(value))
            {
                broken = (term.Name, value);
            }
        }

        if (broken is null)
        {
            CheckTotal(loss);
        }

        return broken;
    }

    /// <summary>
    /// A term that is named but not added to the total, or added but not named, would train one thing and report another.
    /// </summary>
    private void CheckTotal(DistillationLoss loss)
    {
        using torch.Tensor detached = loss.Total.detach();
        using torch.Tensor exact = detached.to(torch.ScalarType.Float64);
        double total = exact.item<double>();
        double sum = loss.Terms.Sum(term => term.Sum * term.Scale);
        double size = loss.Terms.Sum(term => Math.Abs(term.Sum * term.Scale));
        if (double.IsFinite(total) && Math.Abs(total - sum) > (RoundingShare * size) + 1e-6)
        {
            throw new InvalidOperationException(
                $"The loss {options.Loss.Identity} returned a total of {total}, but its terms "
                    + $"({string.Join(", ", loss.Terms.Select(term => term.Name))}) add up to {sum}."
            );
        }
    }

    private static bool IsSnakeCase(string? name) =>
        !string.IsNullOrEmpty(name) && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_');

    private double Add(LossTerm term, LossScales means)
    {
        double value;
        switch (term.Name)
        {
            case LossTerm.CrossEntropy:
                CrossEntropy += value = term.Sum * means.CrossEntropy;
                break;
            case LossTerm.Divergence:
                value = term.Sum * means.Divergence;
                Divergence = (Divergence ?? 0) + value;
                break;
            default:
                value = term.Sum * term.Scale;
                further[term.Name] = further.GetValueOrDefault(term.Name) + value;
                break;
        }

        return value;
    }
}
