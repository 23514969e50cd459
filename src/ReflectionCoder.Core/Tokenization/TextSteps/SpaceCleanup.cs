namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// What <c>clean_up_tokenization_spaces</c> asks for: transformers' replacements of spaces before punctuation and contractions, in its
/// order.
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
