using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>Chooses a number of samples while they pass by: the first, or random ones (Vitter's algorithm R). Not thread-safe.</summary>
internal sealed class SampleChoice(int most, uint? seed)
{
    private readonly List<NumberedConversation> chosen = [];
    private SplitMix64 random = new(seed ?? 0);

    /// <summary>The samples, in the order of the file.</summary>
    public IReadOnlyList<NumberedConversation> Chosen => [.. chosen.OrderBy(sample => sample.Line)];

    /// <summary>How many were offered.</summary>
    public long Offered { get; private set; }

    /// <summary>How the shown ones were chosen, in words.</summary>
    public string Description =>
        Offered <= most ? $"All {Offered:N0} samples are shown."
        : seed is { } value ? $"{most:N0} of {Offered:N0} samples are shown, chosen at random by the seed {value}."
        : $"The first {most:N0} of {Offered:N0} samples are shown.";

    /// <summary>Takes a sample, or not; it may replace an earlier one.</summary>
    public void Offer(NumberedConversation sample)
    {
        Offered++;
        if (chosen.Count < most)
        {
            chosen.Add(sample);
        }
        else if (seed is not null)
        {
            ulong place = Math.BigMul(random.Next(), (ulong)Offered, out _);
            if (place < (ulong)most)
            {
                chosen[(int)place] = sample;
            }
        }
    }
}
