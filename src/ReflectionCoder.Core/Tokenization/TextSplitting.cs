namespace ReflectionCoder.Tokenization;

/// <summary>Takes added tokens out of text, some before and some after normalization, and hands on what lies between.</summary>
internal sealed class TextSplitting(IReadOnlyList<AddedToken> tokens)
{
    private readonly AddedTokenSplitter original = new(tokens.Where(token => !token.IsNormalized));
    private readonly AddedTokenSplitter normalized = new(tokens.Where(token => token.IsNormalized));

    public void Split(string text, bool compose, List<int> ids, Action<string, List<int>> encode) =>
        Walk(text, original, ids, piece => Walk(compose ? TextComposer.Compose(piece) : piece, normalized, ids, rest => encode(rest, ids)));

    private static void Walk(string text, AddedTokenSplitter splitter, List<int> ids, Action<string> between)
    {
        for (int at = 0; at < text.Length;)
        {
            AddedToken? token = splitter.Find(text.AsSpan(at), out int start);
            if (start > 0)
            {
                between(start == text.Length ? text : text.Substring(at, start));
            }

            at += start;
            if (token is not null)
            {
                ids.Add(token.Id);
                at += token.Content.Length;
            }
        }
    }
}
