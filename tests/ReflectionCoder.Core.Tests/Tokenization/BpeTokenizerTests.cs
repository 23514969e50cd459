using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>The byte pair encoder that tokenization stands on, against a naive twin.</summary>
public sealed class BpeTokenizerTests
{
    [Fact]
    public void EncodeToIds_RandomMerges_EqualsNaiveTwin()
    {
        Random random = new(31);
        for (int round = 0; round < 15; round++)
        {
            (Dictionary<string, int> vocabulary, List<string> merges) = RandomMerges(random, random.Next(0, 60));
            BpeTokenizer tokenizer = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = merges, PreTokenizer = new Whole() });
            for (int i = 0; i < 20; i++)
            {
                string word = string.Concat(Enumerable.Range(0, random.Next(1, 120)).Select(_ => (char)('a' + random.Next(4))));
                int[] expected = [.. Naive(word, merges).Select(token => vocabulary[token])];
                Assert.Equal(expected, tokenizer.EncodeToIds(word));
                Assert.Equal(expected, tokenizer.EncodeToIds(word.AsSpan()));
                Assert.Equal(expected.Length, tokenizer.CountTokens(word));
                Assert.Equal(word, tokenizer.Decode(expected));
                IReadOnlyList<EncodedToken> tokens = tokenizer.EncodeToTokens(word, out _);
                Assert.Equal(expected, tokens.Select(token => token.Id));
                Assert.Equal(word, string.Concat(tokens.Select(token => word[token.Offset])));
            }
        }
    }

    [Fact]
    public void EncodeToIds_LongWordOfEqualLetters_TakesSeconds()
    {
        Dictionary<string, int> vocabulary = new()
        {
            ["a"] = 0,
            ["aa"] = 1,
            ["aaaa"] = 2,
        };
        BpeTokenizer tokenizer = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = ["a a", "aa aa"], PreTokenizer = new Whole() });
        IReadOnlyList<int> ids = tokenizer.EncodeToIds(new string('a', 20_003));
        Assert.Equal(Enumerable.Repeat(2, 5_000).Concat([1, 0]), ids);
    }

    [Fact]
    public void EncodeToIds_ByteLevel_IsUtf8InGpt2Characters()
    {
        Dictionary<string, int> vocabulary = [];
        int next = 0x100;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= 0x21 and <= 0x7e) or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
            vocabulary.Add(((char)(printable ? value : next++)).ToString(), value);
        }

        BpeTokenizer tokenizer = BpeTokenizer.Create(new BpeOptions(vocabulary) { ByteLevel = true, PreTokenizer = new Whole() });
        const string Text = "a é\n你🐍\0~";
        Assert.Equal(Encoding.UTF8.GetBytes(Text).Select(value => (int)value), tokenizer.EncodeToIds(Text));
        Assert.Equal(Text, tokenizer.Decode(tokenizer.EncodeToIds(Text)));
        Assert.Empty(tokenizer.EncodeToIds(string.Empty));

        char[] destination = new char[5];
        Assert.Equal(
            OperationStatus.DestinationTooSmall,
            tokenizer.Decode(tokenizer.EncodeToIds(Text), destination, out int ids, out int chars)
        );
        Assert.Equal("a é\n你", new string(destination));
        Assert.Equal((8, 5), (ids, chars));
    }

    [Fact]
    public void Create_MergeOfUnknownToken_Throws() =>
        Assert.Throws<InvalidOperationException>(() =>
            BpeTokenizer.Create(new BpeOptions(new Dictionary<string, int> { ["a"] = 0 }) { Merges = ["a b"] })
        );

    internal static (Dictionary<string, int> Vocabulary, List<string> Merges) RandomMerges(Random random, int count)
    {
        Dictionary<string, int> vocabulary = new()
        {
            ["a"] = 0,
            ["b"] = 1,
            ["c"] = 2,
            ["d"] = 3,
        };
        List<string> merges = [];
        while (count-- > 0)
        {
            string left = vocabulary.Keys.ElementAt(random.Next(vocabulary.Count));
            string right = vocabulary.Keys.ElementAt(random.Next(vocabulary.Count));
            if (!merges.Contains($"{left} {right}"))
            {
                merges.Add($"{left} {right}");
                vocabulary.TryAdd(left + right, vocabulary.Count);
            }
        }

        return (vocabulary, merges);
    }

    /// <summary>Looks at every pair, merges the one of lowest rank that comes first, and starts over.</summary>
    private static List<string> Naive(string word, List<string> merges)
    {
        List<string> symbols = [.. word.Select(letter => letter.ToString())];
        while (true)
        {
            int best = -1;
            int bestRank = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                int rank = merges.IndexOf($"{symbols[i]} {symbols[i + 1]}");
                if (rank >= 0 && rank < bestRank)
                {
                    (best, bestRank) = (i, rank);
                }
            }

            if (best < 0)
            {
                return symbols;
            }

            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }
    }

    internal sealed class Whole : PreTokenizer
    {
        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => [(0, text.Length)];

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => [(0, text.Length)];
    }
}
