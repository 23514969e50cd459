using ReflectionCoder.Configuration;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>What becomes of a marker's text, such as <c>&lt;|code|&gt;</c>, that stands inside a block's content.</summary>
public enum MarkerParsing
{
    /// <summary>It stays text. Only the structure of the conversation gives markers.</summary>
    Structure,

    /// <summary>
    /// It becomes a marker, as in the paper's reference code, which encodes the rendered string. Only for comparing with the reference: a
    /// sample may then have no reflection sequence of whole blocks, and can't be masked.
    /// </summary>
    Reference,
}

/// <summary>Options of a <see cref="SampleTokenizer"/>.</summary>
public sealed record SampleTokenizerOptions : IValidatedOptions
{
    /// <summary>
    /// The largest number of tokens in a sample, including bos and eos; at least 3. Longer samples are dropped, never cut. The default
    /// value is 4096 (paper section 4.1).
    /// </summary>
    public int MaxLength { get; set; } = 4096;

    /// <summary>
    /// What becomes of a marker's text inside a block's content. The default value is <see cref="MarkerParsing.Structure"/>.
    /// </summary>
    public MarkerParsing MarkerParsing { get; set; } = MarkerParsing.Structure;

    /// <summary>Finds the options that are out of range. The constructor of <see cref="SampleTokenizer"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxLength >= 3, MaxLength, "at least 3")
            .Require(Enum.IsDefined(MarkerParsing), MarkerParsing, "Structure or Reference")
            .Found;
}
