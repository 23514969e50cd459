namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// Takes added tokens out of text and normalizes what lies between: tokens that aren't normalized are found in the text itself, the others,
/// by their own normalized form, in what normalization made of the rest.
/// </summary>
internal sealed class TextSplitting
{
    private readonly AddedTokenSplitter original;
    private readonly AddedTokenSplitter normalized;
    private readonly IReadOnlyList<TextNormalizer> normalizers;

    public TextSplitting(IReadOnlyList<AddedToken> tokens, IReadOnlyList<TextNormalizer> normalizers)
    {
        this.normalizers = normalizers;
        original = new AddedTokenSplitter(tokens.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        normalized = new AddedTokenSplitter(tokens.Where(token => token.IsNormalized).Select(token => (FormOf(token, normalizers), token)));
    }

    /// <summary>The text that a token is found by, and that it decodes from.</summary>
    public static string FormOf(AddedToken token, IReadOnlyList<TextNormalizer> normalizers) =>
        token.IsNormalized ? TextNormalizer.Normalize(normalizers, token.Content) : token.Content;

    /// <summary>Splits text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="specialTokens">Whether special tokens and markers are found; else their text stays text.</param>
    /// <param name="ids">Where the ids of found tokens go.</param>
    /// <param name="between">Takes what lies between, normalized, in order with the ids.</param>
    public void Split(string text, bool specialTokens, List<int> ids, AddedTokenSplitter.Between between) =>
        original.Split(
            text,
            specialTokens,
            ids,
            (piece, first) =>
                normalized.Split(
                    TextNormalizer.Normalize(normalizers, piece),
                    specialTokens,
                    ids,
                    (rest, start) => between(rest, first && start)
                )
        );
}
