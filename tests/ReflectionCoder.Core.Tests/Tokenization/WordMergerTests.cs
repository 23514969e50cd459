using System.Diagnostics;
using Microsoft.ML.Tokenizers;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.BytePairs;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>Our own merging, which takes over where words are long, against the package's.</summary>
public sealed class WordMergerTests
{
    [Fact]
    public void Merge_RandomWordsAndMerges_EqualsThePackage()
    {
        Random random = new(12);
        for (int round = 0; round < 40; round++)
        {
            (Dictionary<string, int> vocabulary, List<string> merges) = BpeTokenizerTests.RandomMerges(random, random.Next(0, 120));
            BpeTokenizer package = Package(vocabulary, merges);
            WordMerger merger = new(vocabulary, Pairs(merges));
            for (int i = 0; i < 30; i++)
            {
                string word = RandomWord(random, random.Next(0, 3) == 0 ? random.Next(0, 4) : random.Next(1, 2 * PairEncoder.LongPiece));
                Assert.Equal(word.Length == 0 ? [] : package.EncodeToIds(word), Merge(merger, vocabulary, word));
            }
        }
    }

    [Fact]
    public void Encode_PiecesOnBothSidesOfTheLimit_EqualsThePackageInOrder()
    {
        Random random = new(13);
        for (int round = 0; round < 40; round++)
        {
            (Dictionary<string, int> vocabulary, List<string> merges) = BpeTokenizerTests.RandomMerges(random, 60);
            BpeTokenizer package = Package(vocabulary, merges);
            string[] words =
            [
                .. Enumerable
                    .Range(0, random.Next(1, 20))
                    .Select(_ => random.Next(3) == 0 ? PairEncoder.LongPiece + random.Next(-2, 400) : random.Next(1, 9))
                    .Select(length => RandomWord(random, length)),
            ];

            // One that is a token whatever its merges.
            string token = string.Concat(Enumerable.Repeat("abcd", PairEncoder.LongPiece));
            Dictionary<string, int>? whole = round % 2 == 0 ? new() { [token] = 1_000 } : null;
            string[] texts = whole is null ? words : [token, .. words, token];
            List<(int Offset, int Length)> pieces = [];
            foreach (string text in texts)
            {
                pieces.Add((pieces.Sum(piece => piece.Length), text.Length));
            }

            PairEncoder encoder = Encoder(vocabulary, Pairs(merges), whole);
            List<int> ids = [];
            encoder.Encode(string.Concat(texts), pieces, strange: null, ids);
            Assert.Equal(texts.SelectMany(text => whole is not null && text == token ? [1_000] : package.EncodeToIds(text)), ids);
        }
    }

    [Fact]
    public void Merge_PairThatOccursTwice_TakesItsLastRank()
    {
        // "ab" first would make "ab c"; its last rank is behind "bc".
        Dictionary<string, int> vocabulary = new()
        {
            ["a"] = 0,
            ["b"] = 1,
            ["c"] = 2,
            ["ab"] = 3,
            ["bc"] = 4,
        };
        string word = string.Concat(Enumerable.Repeat("abc", PairEncoder.LongPiece));
        PairEncoder encoder = Encoder(vocabulary, [("a", "b"), ("b", "c"), ("a", "b")], whole: null);
        List<int> ids = [];
        encoder.Encode(word, [(0, word.Length)], strange: null, ids);
        encoder.Encode("abc", [(0, 3)], strange: null, ids);
        Assert.Equal(Enumerable.Repeat((int[])[0, 4], PairEncoder.LongPiece + 1).SelectMany(pair => pair), ids);
    }

    [Fact]
    public void Merge_AMillionEqualSymbols_TakesSeconds()
    {
        Dictionary<string, int> vocabulary = new()
        {
            ["a"] = 0,
            ["aa"] = 1,
            ["aaaa"] = 2,
        };
        WordMerger merger = new(vocabulary, [("a", "a"), ("aa", "aa")]);
        long start = Stopwatch.GetTimestamp();
        int[] ids = Merge(merger, vocabulary, new string('a', 1_000_003));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Repeat(2, 250_000).Concat([1, 0]), ids);
    }

    private static int[] Merge(WordMerger merger, Dictionary<string, int> vocabulary, string word)
    {
        List<int> ids = [];
        merger.Merge(Symbols(vocabulary, word), ids);
        return [.. ids];
    }

    private static BpeTokenizer Package(Dictionary<string, int> vocabulary, List<string> merges) =>
        BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = merges, PreTokenizer = new BpeTokenizerTests.Whole() });

    private static PairEncoder Encoder(
        Dictionary<string, int> vocabulary,
        List<(string Left, string Right)> merges,
        Dictionary<string, int>? whole
    ) => new(vocabulary, merges, whole, byteLevel: false, (piece, symbols) => symbols.AddRange(Symbols(vocabulary, piece.ToString())));

    private static int[] Symbols(Dictionary<string, int> vocabulary, string word) =>
        [.. word.Select(letter => vocabulary[letter.ToString()])];

    private static List<(string Left, string Right)> Pairs(List<string> merges) =>
        [.. merges.Select(merge => merge.Split(' ')).Select(parts => (parts[0], parts[1]))];

    private static string RandomWord(Random random, int length)
    {
        // Runs of one letter as well as mixtures: ties are where merging goes wrong.
        int letters = random.Next(1, 5);
        return string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(letters))));
    }
}
