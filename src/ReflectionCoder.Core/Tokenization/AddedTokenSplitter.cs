using System.Buffers;

namespace ReflectionCoder.Tokenization;

/// <summary>Finds added tokens in text: leftmost first, the longest of those that start there.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly SearchValues<char> firstCharacters;
    private readonly Dictionary<char, AddedToken[]> byFirstCharacter;

    public AddedTokenSplitter(IEnumerable<AddedToken> tokens)
    {
        byFirstCharacter = tokens
            .GroupBy(token => token.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());
        firstCharacters = SearchValues.Create([.. byFirstCharacter.Keys]);
    }

    /// <summary>Finds the first added token.</summary>
    /// <param name="text">Where to look.</param>
    /// <param name="start">Its index; the text's length when there is none.</param>
    /// <returns>The token; null when there is none.</returns>
    public AddedToken? Find(ReadOnlySpan<char> text, out int start)
    {
        for (start = 0; start < text.Length; start++)
        {
            int skip = text[start..].IndexOfAny(firstCharacters);
            if (skip < 0)
            {
                break;
            }

            start += skip;
            foreach (AddedToken token in byFirstCharacter[text[start]])
            {
                if (text[start..].StartsWith(token.Content, StringComparison.Ordinal))
                {
                    return token;
                }
            }
        }

        start = text.Length;
        return null;
    }
}
