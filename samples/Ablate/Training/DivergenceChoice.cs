using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>Chooses and weighs reflections by the base's divergence on them.</summary>
internal static class DivergenceChoice
{
    /// <summary>
    /// The more or the less divergent half, each sample twice, so that there are as many as before and as many steps are of reflections.
    /// Of an odd number the one in the middle is there once.
    /// </summary>
    /// <param name="samples">All samples.</param>
    /// <param name="divergences">By index; samples without aren't chosen.</param>
    /// <param name="most">Whether the more divergent half.</param>
    /// <returns>The chosen ones, in their order, then once more.</returns>
    public static IReadOnlyList<Conversation> Half(
        IReadOnlyList<Conversation> samples,
        IReadOnlyDictionary<int, double> divergences,
        bool most
    )
    {
        int[] ranked = [.. divergences.OrderBy(pair => most ? -pair.Value : pair.Value).ThenBy(pair => pair.Key).Select(pair => pair.Key)];
        return
        [
            .. ranked.Take((ranked.Length + 1) / 2).Order().Select(index => samples[index]),
            .. ranked.Take(ranked.Length / 2).Order().Select(index => samples[index]),
        ];
    }

    /// <summary>Multiplies each sample's weight by its divergence over the mean; a sample without a divergence stays as it is.</summary>
    /// <exception cref="ArmRefusedException">Nothing diverges.</exception>
    public static IReadOnlyList<Conversation> Weigh(IReadOnlyList<Conversation> samples, IReadOnlyDictionary<int, double> divergences)
    {
        double mean = divergences.Values.DefaultIfEmpty(0).Average();
        return mean > 0
            ?
            [
                .. samples.Select(
                    (sample, i) =>
                        divergences.TryGetValue(i, out double divergence)
                            ? sample with
                            {
                                Weight = sample.Weight * Math.Max(0, divergence) / mean,
                            }
                            : sample
                ),
            ]
            : throw new ArmRefusedException(
                "The base's teacher and student are equal on all reflections, so there is nothing to weigh by."
            );
    }
}
