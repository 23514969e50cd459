using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

public sealed class TrainByteLevelTests
{
    private static readonly string[] Texts =
    [
        "def add(left, right):\n    return left + right\n",
        "def subtract(left, right):\n    return left - right\n",
        "naïve café 🐍 naïve café 🐍\r\n\tdef x(): pass",
    ];

    [Fact]
    public void Train_FirstMerge_IsTheMostFrequentPairThenTheLowestIds()
    {
        CodeTokenizer tokenizer = CodeTokenizer.TrainByteLevel(["abab abab cdcd"], 267);

        // "ab" occurs twice in "abab" and twice in " abab"; nothing else occurs four times.
        Assert.Equal([256], tokenizer.EncodeText("ab"));
        Assert.Equal([256, 256], tokenizer.EncodeText("abab"));
        Assert.Equal(["c"[0], "d"[0]], tokenizer.EncodeText("cd"));
        Assert.Equal(267, tokenizer.VocabularySize);
    }

    [Fact]
    public void Train_SmallestSize_EqualsTheByteLevelTokenizerButForSplitting()
    {
        CodeTokenizer tokenizer = CodeTokenizer.TrainByteLevel(Texts, 266);
        CodeTokenizer bytes = CodeTokenizer.CreateByteLevel();
        Assert.All(Texts, text => Assert.Equal(bytes.EncodeText(text), tokenizer.EncodeText(text)));
        Assert.Equal(bytes.MarkerIds, tokenizer.MarkerIds);
        Assert.Equal(
            (bytes.BosTokenId, bytes.EosTokenId, bytes.PadTokenId),
            (tokenizer.BosTokenId, tokenizer.EosTokenId, tokenizer.PadTokenId)
        );
    }

    [Fact]
    public void Train_AnyText_DecodesToItself()
    {
        CodeTokenizer tokenizer = CodeTokenizer.TrainByteLevel(Texts, 320);
        foreach (string text in Texts.Append("unseen: \0 ünï 漢字 <|user|> \u2028").Append(string.Empty))
        {
            int[] ids = tokenizer.EncodeText(text);
            Assert.Equal(text, tokenizer.Decode(ids));
            Assert.DoesNotContain(tokenizer.MarkerIds.User, ids);
        }

        Assert.True(tokenizer.EncodeText(Texts[0]).Length < Texts[0].Length / 2);
    }

    [Fact]
    public void Train_SaveAndLoad_EncodesAlike()
    {
        string folder = Directory.CreateTempSubdirectory("tokenizer").FullName;
        try
        {
            CodeTokenizer trained = CodeTokenizer.TrainByteLevel(Texts, 300);
            trained.Save(folder);
            CodeTokenizer loaded = CodeTokenizer.Load(folder);
            Assert.All(Texts, text => Assert.Equal(trained.EncodeText(text), loaded.EncodeText(text)));
            Assert.Equal(trained.MarkerIds, loaded.MarkerIds);
            Assert.Equal(trained.VocabularySize, loaded.VocabularySize);
            Assert.Empty(loaded.AppendedMarkers);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Train_NoPairTwice_StopsEarly()
    {
        CodeTokenizer tokenizer = CodeTokenizer.TrainByteLevel(["abc"], 5000);
        Assert.Equal(266, tokenizer.VocabularySize);
    }

    [Fact]
    public void Train_SameTextsInAnotherOrder_GivesTheSameTokenizer()
    {
        CodeTokenizer one = CodeTokenizer.TrainByteLevel(Texts, 330);
        CodeTokenizer other = CodeTokenizer.TrainByteLevel(Texts.Reverse(), 330);
        Assert.All(Texts, text => Assert.Equal(one.EncodeText(text), other.EncodeText(text)));
    }

    [Fact]
    public void Train_SizeBelowBytesAndMarkers_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CodeTokenizer.TrainByteLevel(Texts, 265));
}
