using ReflectionCoder.Configuration;
using ReflectionCoder.Masking;
using ReflectionCoder.SourceCode;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>Options of a <see cref="DataReport"/>.</summary>
public sealed record DataReportOptions : IValidatedOptions
{
    /// <summary>Counts tokens, and decides what the mask preview can hide. The default value is null: a token for each byte.</summary>
    public CodeTokenizer? Tokenizer { get; set; }

    /// <summary>
    /// Which tokens the student doesn't see. The default value is the paper's: blocks by type, in the order execution, text, code
    /// (<see cref="MaskStrategies.BlockType"/>). Null shows no mask.
    /// </summary>
    public IMaskStrategy? Strategy { get; set; } = MaskStrategies.BlockType();

    /// <summary>The mask rate of the preview, from 0 to 1. The default value is 0.5.</summary>
    public double MaskRate { get; set; } = 0.5;

    /// <summary>The most samples that the page shows; at least 1. The overview counts all. The default value is 100.</summary>
    public int Samples { get; set; } = 100;

    /// <summary>
    /// The seed by which samples are chosen, if there are more; it also draws random masks. The default value is 3407. Null chooses the
    /// first samples.
    /// </summary>
    public uint? Seed { get; set; } = 3407;

    /// <summary>
    /// Measure the divergence of samples that don't name theirs, by their language. For languages without a reader only tokens are
    /// compared. The default value reads Python.
    /// </summary>
    public IReadOnlyList<CodeReader> Readers { get; set; } = [CodeReader.Python];

    /// <summary>Finds the options that are out of range. <see cref="DataReport"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaskRate is >= 0 and <= 1, MaskRate, "from 0 to 1")
            .Require(Samples >= 1, Samples, "at least 1")
            .Require(Readers is not null && Readers.All(reader => reader is not null), Readers, "a list without null")
            .Found;
}
