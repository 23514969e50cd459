using System.Text;
using ReflectionCoder.Tests.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

public sealed class CodeTokenizerTests : IDisposable
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void CreateByteLevel_Ids_AreInTheAgreedOrder()
    {
        Assert.Equal(new MarkerIds(256, 257, 258, 259, 260, 261, 262), Tokenizer.MarkerIds);
        Assert.Equal((263, 264, 265, 266), (Tokenizer.BosTokenId, Tokenizer.EosTokenId, Tokenizer.PadTokenId, Tokenizer.VocabularySize));
        Assert.Empty(Tokenizer.AppendedMarkers);
        Assert.Equal(Enumerable.Range(256, 7), Markers.All.Select(marker => Tokenizer.EncodeWithSpecialTokens(marker).Single()));
        Assert.All(Enumerable.Range(256, 10), id => Assert.True(Tokenizer.IsSpecial(id)));
        Assert.False(Tokenizer.IsSpecial('a'));
    }

    [Fact]
    public void EncodeText_RandomText_IsItsBytesAndDecodesBack()
    {
        Random random = new(11);
        for (int i = 0; i < 500; i++)
        {
            string text = RandomConversations.Text(random);
            int[] ids = Tokenizer.EncodeText(text);
            Assert.Equal(Encoding.UTF8.GetBytes(text).Select(value => (int)value), ids);
            Assert.Equal(text, Tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void EncodeText_MarkerText_StaysText()
    {
        foreach (string marker in Markers.All)
        {
            Assert.DoesNotContain(Tokenizer.EncodeText($"a{marker}b"), id => id > 255);
        }

        Assert.Equal(['a', 256, 258, 'b'], Tokenizer.EncodeWithSpecialTokens("a<|user|><|text|>b"));
        Assert.Equal(["<|user"], [Tokenizer.Decode(Tokenizer.EncodeWithSpecialTokens("<|user"))]);
    }

    [Fact]
    public void EncodeText_HalfASurrogatePair_Throws()
    {
        foreach ((string text, int index) in ((string, int)[])[("a\ud83d", 1), ("\udc0da", 0), ("🐍\ud83d\ud83d\udc0d", 2)])
        {
            Assert.Contains(
                $"index {index})",
                Assert.Throws<SampleFormatException>(() => Tokenizer.EncodeText(text)).Message,
                StringComparison.Ordinal
            );
            Assert.Throws<SampleFormatException>(() => Tokenizer.EncodeWithSpecialTokens(text));
        }
    }

    [Fact]
    public void EncodeText_LongText_TakesLinearTime()
    {
        string text = new('x', 1_000_000);
        Assert.Equal(text.Length, Tokenizer.EncodeText(text).Length);
    }

    [Theory]
    [InlineData(new int[] { 0xe4, 0xbd }, "\ufffd")]
    [InlineData(new int[] { 0xff, 'a', 0x80 }, "\ufffda\ufffd")]
    [InlineData(new int[] { 0xf0, 0x9f, 0x90, 'a' }, "\ufffda")]
    [InlineData(new int[] { 0xe4, 256, 0xbd, 0xa0 }, "\ufffd<|user|>\ufffd\ufffd")]
    [InlineData(new int[] { -1, 'a', 266, 100_000 }, "a")]
    public void Decode_BrokenUtf8_GivesReplacementCharacters(int[] ids, string expected) => Assert.Equal(expected, Tokenizer.Decode(ids));

    [Fact]
    public void Decode_SkipSpecialTokens_LeavesThemOut()
    {
        int[] ids = [263, 257, 258, 'a', 261, 262, 264, 265];
        Assert.Equal("a", Tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal("<|bos|><|assistant|><|text|>a<|endofblock|><|endofmessage|><|eos|><|pad|>", Tokenizer.Decode(ids));
    }

    [Fact]
    public void IncrementalDecoder_RandomIds_EqualsDecode()
    {
        Random random = new(3);
        for (int i = 0; i < 300; i++)
        {
            bool text = random.Next(2) == 0;
            int[] ids = text
                ? Tokenizer.EncodeText(RandomConversations.Text(random))
                : [.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(267))];
            bool skip = random.Next(2) == 0;
            IncrementalDecoder decoder = Tokenizer.CreateDecoder(skip);
            StringBuilder decoded = new();
            foreach (int id in ids)
            {
                string part = decoder.Append(id);
                Assert.True(
                    !text
                        || !part.Contains('\ufffd', StringComparison.Ordinal)
                        || Tokenizer.Decode(ids).Contains('\ufffd', StringComparison.Ordinal)
                );
                decoded.Append(part);
            }

            decoded.Append(decoder.Finish());
            Assert.Equal(Tokenizer.Decode(ids, skip), decoded.ToString());
        }
    }

    [Fact]
    public void Load_WhatSaveWrote_GivesTheSameTokenizer()
    {
        Tokenizer.Save(folder.Path);
        Tokenizer.Save(folder.Path);
        CodeTokenizer loaded = CodeTokenizer.Load(folder.Path);
        Assert.Equal(Tokenizer.MarkerIds, loaded.MarkerIds);
        Assert.Equal((263, 264, 265, 266), (loaded.BosTokenId, loaded.EosTokenId, loaded.PadTokenId, loaded.VocabularySize));
        Assert.Empty(loaded.AppendedMarkers);
        Random random = new(17);
        for (int i = 0; i < 100; i++)
        {
            string text = RandomConversations.Text(random);
            Assert.Equal(Tokenizer.EncodeText(text), loaded.EncodeText(text));
            Assert.Equal(Tokenizer.EncodeWithSpecialTokens(text), loaded.EncodeWithSpecialTokens(text));
        }

        Assert.Equal(4, Directory.GetFiles(folder.Path).Length);
    }
}
