using System.Text.RegularExpressions;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.BytePairs;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Tokenization;

public sealed class SplitStepTests
{
    private const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData("it's  a1b22", "it|'s| | a|1|b|22")]
    [InlineData("x\n\n  y", "x|\n\n | y")]
    [InlineData("𝛠𝛠 𝟎𝟎x", "𝛠𝛠| 𝟎𝟎|x")]
    public void Gpt2Pattern_AnyText_KeepsAllOfIt(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Split(text, SplitPattern.Gpt2));

    [Theory]
    [InlineData("x'\u017fa", "x|'\u017f|a")]
    [InlineData("IT'S 12\n\n  y", "IT|'S| |1|2|\n\n| | y")]
    [InlineData("\U00010400\u0323 a", "\U00010400|\u0323| a")]
    public void Qwen2Pattern_IgnoresCaseAsOniguruma(string text, string expected) => Assert.Equal(expected.Split('|'), Split(text, Qwen2));

    [Theory]
    [InlineData(@"[a-c]++b", "abcab d", "abcab d")]
    [InlineData(@"a{2}|\x", "", "")]
    [InlineData(@"\p{N}{1,2}+", "", "")]
    [InlineData(@"(a|b)+?", "abx", "a|b|x")]
    [InlineData(@"(?<=a)b|[^\s\]]]", "ab]", "a|b|]")]
    public void Compile_Repetitions_AreOnigurumasOrRefused(string pattern, string text, string expected)
    {
        if (text.Length == 0)
        {
            Assert.Throws<ArgumentException>(() => SplitPattern.Compile(pattern));
            return;
        }

        Assert.Equal(expected.Split('|'), Split(text, pattern));
    }

    [Theory]
    [InlineData(@"\s?\p{L}+", true)]
    [InlineData(@"[\r\n]", true)]
    [InlineData(@"[^a-c ]+", true)]
    [InlineData(@"\p{N}{1,3}", false)]
    [InlineData(@"a|\p{L}+", false)]
    [InlineData(SplitPattern.Gpt2, false)]
    public void Split_PiecesWithoutWhatThePatternNeeds_AreLeftAsTheExpressionLeavesThem(string pattern, bool known)
    {
        PatternSplit split = new(SplitPattern.Compile(pattern));
        Assert.Equal(known, SplitPattern.NeededBy(split.Pattern) is not null);
        Random random = new(8);
        for (int i = 0; i < 2_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => " abcz1.\r\n\u00e9\u4f60"[random.Next(11)]));
            List<string> expected = [];
            int end = 0;
            foreach (Match match in split.Pattern.Matches(text))
            {
                expected.AddRange([text[end..match.Index], match.Value]);
                end = match.Index + match.Length;
            }

            Assert.Equal([.. expected.Append(text[end..]).Where(piece => piece.Length > 0)], Pieces(text, split));
        }
    }

    // The examples of Hugging Face's documentation.
    [Theory]
    [InlineData("Removed", "the|final|countdown")]
    [InlineData("Isolated", "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", "the|-final|-|-countdown")]
    [InlineData("Contiguous", "the|-|final|--|countdown")]
    public void Split_EachBehavior_TreatsFindsAsDocumented(string behavior, string expected) =>
        Assert.Equal(
            expected.Split('|'),
            Pieces("the-final--countdown", new PatternSplit(SplitPattern.CompileLiteral("-"), Enum.Parse<SplitBehavior>(behavior)))
        );

    [Theory]
    [InlineData(true, "a|1|2|b|٣|4")]
    [InlineData(false, "a|12|b|٣4")]
    public void Digits_AnyScript_AreTakenApart(bool individual, string expected) =>
        Assert.Equal(expected.Split('|'), Pieces("a12b٣4", new DigitSplit(individual)));

    [Theory]
    [InlineData("always", true, "Hey my", "▁Hey|▁my")]
    [InlineData("first", false, "Hey my", "Hey|▁my")]
    [InlineData("first", true, " Hey  my", "▁Hey|▁|▁my")]
    [InlineData("never", true, "Hey my", "Hey|▁my")]
    public void Metaspace_EachScheme_MarksWordStarts(string scheme, bool atStart, string text, string expected)
    {
        List<(int Offset, int Length)> pieces = [(0, text.Length)];
        string rewritten = new MetaspaceStep('▁', Enum.Parse<PrependScheme>(scheme, ignoreCase: true), Splits: true).Apply(
            text,
            ref pieces,
            atStart
        );
        Assert.Equal(expected.Split('|'), pieces.Select(piece => rewritten.Substring(piece.Offset, piece.Length)));
    }

    [Fact]
    public void MergeBoundaries_RandomMerges_JoinExactlyTheirEdges()
    {
        Random random = new(9);
        HashSet<(char, char)> pairs = [];
        List<(string, string)> merges = [];
        while (merges.Count < 3_000)
        {
            (char left, char right) = ((char)random.Next(0x20, 0x600), (char)random.Next(0x20, 0x600));
            pairs.Add((left, right));
            merges.Add(("x" + left, right + "y"));
        }

        MergeBoundaries boundaries = new(merges);
        for (int i = 0; i < 200_000; i++)
        {
            (char left, char right) = ((char)random.Next(0x20, 0x610), (char)random.Next(0x20, 0x610));
            Assert.Equal(pairs.Contains((left, right)), boundaries.Joins(left, right));
        }

        Assert.All(pairs, pair => Assert.True(boundaries.Joins(pair.Item1, pair.Item2)));
        Assert.True(boundaries.Joins('\ud83d', '\udc0d'));
    }

    private static string[] Split(string text, string pattern) => Pieces(text, new PatternSplit(SplitPattern.Compile(pattern)));

    private static string[] Pieces(string text, SplitStep step) =>
        [
            .. new SplitSteps([step])
                .Refine(text, text.Length == 0 ? [] : [(0, text.Length)])
                .Select(piece => text.Substring(piece.Offset, piece.Length)),
        ];
}
