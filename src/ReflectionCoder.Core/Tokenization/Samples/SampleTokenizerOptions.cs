using ReflectionCoder.Configuration;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>What a marker's text inside a block's content becomes.</summary>
public enum MarkerParsing
{
    /// <summary>Text. Only the conversation's structure makes markers.</summary>
    Structure,

    /// <summary>
    /// A marker, as in the reference, which tokenizes the rendered string. For parity only: such a sample may not be maskable.
    /// </summary>
    Reference,
}

/// <summary>How conversations become token ids.</summary>
public sealed record SampleTokenizerOptions : IValidatedOptions
{
    /// <summary>
    /// Most tokens of a sample, bos and eos included; longer ones are dropped, never cut. At least 3. The default value is 4096 (paper
    /// section 4.1).
    /// </summary>
    public int MaxLength { get; set; } = 4096;

    /// <summary>What a marker's text inside content becomes. The default value is <see cref="MarkerParsing.Structure"/>.</summary>
    public MarkerParsing MarkerParsing { get; set; } = MarkerParsing.Structure;

    /// <summary>Looks for options out of range; whoever takes them does so first.</summary>
    /// <returns>All mistakes; empty where there is none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxLength >= 3, MaxLength, "at least 3")
            .Require(Enum.IsDefined(MarkerParsing), MarkerParsing, "Structure or Reference")
            .Found;
}
