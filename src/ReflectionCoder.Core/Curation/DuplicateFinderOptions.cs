using ReflectionCoder.Configuration;

namespace ReflectionCoder.Curation;

/// <summary>Options of a <see cref="DuplicateFinder"/>.</summary>
public sealed record DuplicateFinderOptions : IValidatedOptions
{
    /// <summary>
    /// From which similarity on two texts are near duplicates; from 0.6 to 1. The similarity is the Jaccard index of their shingles: how
    /// many they share of those that one or both have. At 1 only texts with the same shingles are. The default value is 0.7.
    /// </summary>
    public double Threshold { get; set; } = 0.7;

    /// <summary>
    /// How many words in a row make a shingle; at least 1. With more words, each change weighs more. The default value is 2.
    /// </summary>
    public int ShingleWords { get; set; } = 2;

    /// <summary>Finds the options that are out of range. The constructor of <see cref="DuplicateFinder"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(Threshold is >= 0.6 and <= 1, Threshold, "from 0.6 to 1")
            .Require(ShingleWords >= 1, ShingleWords, "at least 1")
            .Found;
}
