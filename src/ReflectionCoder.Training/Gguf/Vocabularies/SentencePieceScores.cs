using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.HuggingFace;

namespace ReflectionCoder.Gguf.Vocabularies;

/// <summary>
/// Turns the ranks of merges into the scores of the tokens that they make. The runtime has no merges: of all neighbours that make a token
/// together, it merges those whose token has the best score. That comes to the same only under conditions, which are checked.
/// </summary>
internal static class SentencePieceScores
{
    /// <summary>Score of a token that no merge makes.</summary>
    private const float Lowest = -1e9f;

    /// <summary>Most merges: the ranks must be exact as scores.</summary>
    private const int MostMerges = 1 << 24;

    /// <summary>Computes the scores.</summary>
    /// <param name="definition">The tokenizer.</param>
    /// <param name="tokens">The tokens by id, those that pad the vocabulary included.</param>
    /// <exception cref="DataFormatException">Scores can't express the merges.</exception>
    internal static float[] Compute(TokenizerDefinition definition, IReadOnlyList<string> tokens)
    {
        if (definition.Merges.Count > MostMerges)
        {
            throw Refuse(definition, $"has {definition.Merges.Count} merges; scores can rank {MostMerges}.");
        }

        Dictionary<string, int> ranks = FirstRanks(definition);
        CheckMissing(definition);
        return [.. tokens.Select(token => ranks.TryGetValue(token, out int rank) ? -rank : Lowest)];
    }

    /// <summary>The rank of the first merge that makes each token. All merges that make it must follow each other.</summary>
    private static Dictionary<string, int> FirstRanks(TokenizerDefinition definition)
    {
        Dictionary<string, int> ranks = new(StringComparer.Ordinal);
        string? before = null;
        for (int rank = 0; rank < definition.Merges.Count; rank++)
        {
            string made = definition.Merges[rank].Left + definition.Merges[rank].Right;
            if (!ranks.TryAdd(made, rank) && made != before)
            {
                throw Refuse(
                    definition,
                    $"has merges that make '{made}' at ranks {ranks[made]} and {rank} with others between; a score holds one rank."
                );
            }

            before = made;
        }

        return ranks;
    }

    /// <summary>Two tokens that make a third are merged by the runtime, so there must be a merge for each such pair.</summary>
    private static void CheckMissing(TokenizerDefinition definition)
    {
        HashSet<(string, string)> merges = [.. definition.Merges];
        HashSet<string> added = [.. definition.AddedTokens.Select(token => token.Content)];
        var lookup = new HashSet<string>(definition.Vocabulary.Keys, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string token in definition.Vocabulary.Keys.Where(token => !added.Contains(token) && !IsByte(token)))
        {
            for (int i = 1; i < token.Length; i++)
            {
                if (
                    lookup.TryGetValue(token.AsSpan(0, i), out string? left)
                    && lookup.TryGetValue(token.AsSpan(i), out string? right)
                    && !merges.Contains((left, right))
                )
                {
                    throw Refuse(definition, $"has no merge of '{left}' and '{right}', which llama.cpp would merge to '{token}'.");
                }
            }
        }
    }

    /// <summary>Whether a token stands for a byte: <c>&lt;0x0A&gt;</c>.</summary>
    internal static bool IsByte(string token) =>
        token.Length == 6
        && token.StartsWith("<0x", StringComparison.Ordinal)
        && token[5] == '>'
        && char.IsAsciiHexDigit(token[3])
        && char.IsAsciiHexDigit(token[4]);

    private static DataFormatException Refuse(TokenizerDefinition definition, string problem) =>
        new(definition.Path, "model.merges", problem);
}
