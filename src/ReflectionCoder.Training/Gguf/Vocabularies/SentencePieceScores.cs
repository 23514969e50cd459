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

    /// <summary>
    /// The rank of the first merge that makes each token. All merges that make it must follow each other. Llama's tokens for runs of spaces
    /// and Gemma's of line breaks and tabs break this rule, so between merges that make a run of one character other merges to runs are
    /// allowed, if runs come out alike. Merges to runs of different characters have no symbol in common, so their order doesn't matter.
    /// </summary>
    private static Dictionary<string, int> FirstRanks(TokenizerDefinition definition)
    {
        Dictionary<string, int> ranks = new(StringComparer.Ordinal);
        HashSet<char> mixed = [];
        for (int rank = 0; rank < definition.Merges.Count; rank++)
        {
            string made = MadeBy(definition, rank);
            if (!ranks.TryAdd(made, rank) && made != MadeBy(definition, rank - 1))
            {
                int first = ranks[made];
                if (!IsRun(made) || !Enumerable.Range(first, rank - first).All(other => IsRun(MadeBy(definition, other))))
                {
                    throw Refuse(
                        definition,
                        $"has merges that make '{made}' at ranks {first} and {rank} with others between; a score holds one rank."
                    );
                }

                mixed.Add(made[0]);
            }
        }

        foreach (char character in mixed)
        {
            CheckRuns(definition, ranks, character);
        }

        return ranks;
    }

    /// <summary>Merges runs of a character by ranks and by scores, up to four times the longest token.</summary>
    private static void CheckRuns(TokenizerDefinition definition, Dictionary<string, int> ranks, char character)
    {
        Dictionary<(int, int), int> merges = definition
            .Merges.Index()
            .Where(merge => IsRun(merge.Item.Left + merge.Item.Right, character))
            .DistinctBy(merge => merge.Item)
            .ToDictionary(merge => (merge.Item.Left.Length, merge.Item.Right.Length), merge => merge.Index);
        int longest = merges.Keys.Max(pair => pair.Item1 + pair.Item2);
        for (int length = 2; length <= 4 * longest; length++)
        {
            List<int> byRank = Merge(length, pair => merges.GetValueOrDefault(pair, int.MaxValue));
            List<int> byScore = Merge(
                length,
                pair => ranks.GetValueOrDefault(new string(character, pair.Item1 + pair.Item2), int.MaxValue)
            );
            if (!byRank.SequenceEqual(byScore))
            {
                throw Refuse(
                    definition,
                    $"has merges that scores can't express: {length} times '{character}' would be split in another way."
                );
            }
        }
    }

    /// <summary>Merges the best neighbours of a run, the leftmost of equals, until none can be merged; the lengths of the tokens.</summary>
    private static List<int> Merge(int length, Func<(int Left, int Right), int> rankOf)
    {
        List<int> parts = [.. Enumerable.Repeat(1, length)];
        while (parts.Count > 1)
        {
            int best = Enumerable.Range(0, parts.Count - 1).MinBy(i => rankOf((parts[i], parts[i + 1])));
            if (rankOf((parts[best], parts[best + 1])) == int.MaxValue)
            {
                break;
            }

            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }

        return parts;
    }

    private static string MadeBy(TokenizerDefinition definition, int rank) => definition.Merges[rank].Left + definition.Merges[rank].Right;

    private static bool IsRun(string token) => IsRun(token, token[0]);

    private static bool IsRun(string token, char character) => token.AsSpan().IndexOfAnyExcept(character) < 0;

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
        TokenTable.Refuse(definition, "model.merges", problem);
}
