namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// Finds added tokens in a text, and normalizes the text between them. Tokens that aren't normalized are searched for in the text itself.
/// Then the rest is normalized, and the other tokens are searched for in it by their normalized form.
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

    /// <summary>The text that is searched for to find a token, and that the token is decoded to.</summary>
    public static string FormOf(AddedToken token, IReadOnlyList<TextNormalizer> normalizers) =>
        token.IsNormalized ? TextNormalizer.Normalize(normalizers, token.Content) : token.Content;

    /// <summary>Splits text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="specialTokens">Whether special tokens and markers are searched for; if not, their text stays text.</param>
    /// <param name="ids">Where the ids of found tokens go.</param>
    /// <param name="between">Called for each text between tokens, after normalization, in order with the ids.</param>
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
