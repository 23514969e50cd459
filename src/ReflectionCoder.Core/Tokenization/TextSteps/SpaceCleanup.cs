namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// The replacements that transformers makes if <c>clean_up_tokenization_spaces</c> is set, in its order: they remove spaces before
/// punctuation and contractions.
/// </summary>
internal static class SpaceCleanup
{
    /// <summary>The replacements as decoder steps.</summary>
    public static IReadOnlyList<DecoderStep> Steps { get; } =
    [
        new FuseDecoding(),
        new ReplaceDecoding(" .", "."),
        new ReplaceDecoding(" ?", "?"),
        new ReplaceDecoding(" !", "!"),
        new ReplaceDecoding(" ,", ","),
        new ReplaceDecoding(" ' ", "'"),
        new ReplaceDecoding(" n't", "n't"),
        new ReplaceDecoding(" 'm", "'m"),
        new ReplaceDecoding(" 's", "'s"),
        new ReplaceDecoding(" 've", "'ve"),
        new ReplaceDecoding(" 're", "'re"),
    ];
}
