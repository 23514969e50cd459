using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.BytePairs;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>Folders without <c>tokenizer.json</c>, and what the files beside it say.</summary>
public sealed class TokenizerFormsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_SentencePieceModel_EncodesWithByteFallback()
    {
        WriteModel();
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal((1, 2, 2), (tokenizer.BosTokenId, tokenizer.EosTokenId, tokenizer.PadTokenId));
        Assert.True(tokenizer.AddsBos);
        Assert.False(tokenizer.AddsEos);

        // "▁a" is a better piece than "de", which is better than "def"; "Z" has no piece.
        Assert.Equal([259, 262, 261, 'Z' + 3], tokenizer.EncodeText("a defZ"));
        Assert.Equal("a defZ", tokenizer.Decode(tokenizer.EncodeText("a defZ")));
        Assert.Equal([0xe4 + 3, 0xbd + 3, 0xa0 + 3], tokenizer.EncodeText("\u4f60")[1..]);
        Assert.Equal([1, 262, 'Z' + 3], tokenizer.EncodeWithSpecialTokens("<s>Z"));
        Assert.Equal(Markers.All, tokenizer.AppendedMarkers);

        tokenizer.Save(folder.Path);
        File.Delete(folder.File("tokenizer.model"));
        CodeTokenizer again = CodeTokenizer.Load(folder.Path);
        Assert.Equal(tokenizer.EncodeText("a def \u4f60"), again.EncodeText("a def \u4f60"));
        Assert.Equal(tokenizer.MarkerIds, again.MarkerIds);
    }

    [Fact]
    public void Load_SentencePieceNotLegacy_MarksOnlyTheFirstWord()
    {
        WriteModel();
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"legacy":false,"add_bos_token":false,"add_eos_token":true}""");
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal((false, true), (tokenizer.AddsBos, tokenizer.AddsEos));
        Assert.Equal([259, 1, 263], tokenizer.EncodeWithSpecialTokens("a<s>a"));

        // A text that goes on is not the first.
        List<int> ids = [5];
        tokenizer.EncodeText("a", ids);
        Assert.Equal([5, 263], ids);
    }

    [Theory]
    [InlineData(1, false, 0, "model type 1")]
    [InlineData(2, true, 0, "remove_extra_whitespaces")]
    [InlineData(2, false, 3, "normalization map")]
    public void Load_SentencePieceUnsupported_IsRefusedByName(int type, bool removesSpaces, int charsmap, string problem)
    {
        File.WriteAllBytes(
            folder.File("tokenizer.model"),
            SentencePieceFile.Write([("a", 0, PieceType.Normal)], type, true, removesSpaces, new byte[charsmap])
        );
        DataFormatException exception = Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path));
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.model", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>All ways to cut a piece in two are tried: a piece of a megabyte would take hours.</summary>
    [Fact]
    public void Load_SentencePieceVeryLong_IsRefused()
    {
        (string, float, PieceType)[] pieces = [("<unk>", 0, PieceType.Unknown), (new string('a', 1 << 20), 0, PieceType.Normal)];
        File.WriteAllBytes(folder.File("tokenizer.model"), SentencePieceFile.Write(pieces, 2, true, false, []));
        DataFormatException exception = Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path));
        Assert.Contains("the piece 1 has 1048576 characters", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x0a, 0x7f }, "not a SentencePiece model: While parsing")]
    [InlineData(new byte[] { 0x0f }, "wire type 7")]
    [InlineData(new byte[] { 0xff, 0xff }, "not a SentencePiece model: While parsing")]
    [InlineData(new byte[] { 0x0b }, "not a SentencePiece model")]
    [InlineData(new byte[] { 0x0a, 0x03, 0x0a, 0x01, 0xff }, "not a SentencePiece model")]
    [InlineData(new byte[] { }, "a model without pieces")]
    public void Load_SentencePieceBroken_Throws(byte[] content, string problem)
    {
        File.WriteAllBytes(folder.File("tokenizer.model"), content);
        Assert.Contains(
            problem,
            Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("GPT2Tokenizer", "it'S 12", "it|'|S| |12")]
    [InlineData("Qwen2TokenizerFast", "it'S 12", "it|'S| |1|2")]
    public void Load_VocabularyAndMerges_SplitsAsItsClassDoes(string name, string text, string expected)
    {
        WriteVocabulary(expected.Split('|'));
        File.WriteAllText(folder.File("tokenizer_config.json"), JsonSerializer.Serialize(new { tokenizer_class = name }));
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal(expected.Split('|'), tokenizer.EncodeText(text).Select(id => tokenizer.Decode([id])));
        Assert.Equal([tokenizer.EosTokenId], tokenizer.EncodeWithSpecialTokens("<|endoftext|>"));
    }

    [Fact]
    public void Load_VocabularyAndMergesBroken_NamesFileAndLine()
    {
        WriteVocabulary([]);
        File.AppendAllText(folder.File("merges.txt"), "a b c\n");
        Assert.Contains("merges.txt: line 2 is 'a b c'", Message(), StringComparison.Ordinal);
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"tokenizer_class":"BertTokenizer"}""");
        Assert.Contains("'BertTokenizer'", Message(), StringComparison.Ordinal);
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"eos_token":7}""");
        Assert.Contains("tokenizer_config.json: 'eos_token' is 7; expected a string", Message(), StringComparison.Ordinal);
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"additional_special_tokens":[7]}""");
        Assert.Contains("'additional_special_tokens[0]' is 7", Message(), StringComparison.Ordinal);
        File.Delete(folder.File("tokenizer_config.json"));
        File.WriteAllText(folder.File("vocab.json"), "[1]");
        Assert.Contains("vocab.json: expected an object", Message(), StringComparison.Ordinal);

        string Message() => Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path)).Message;
    }

    [Fact]
    public void Decode_CleanUpTokenizationSpaces_FollowsTransformers()
    {
        CodeTokenizer.CreateByteLevel().Save(folder.Path);
        JsonObject config = (JsonObject)JsonNode.Parse(File.ReadAllText(folder.File("tokenizer_config.json")))!;
        config["clean_up_tokenization_spaces"] = true;
        File.WriteAllText(folder.File("tokenizer_config.json"), config.ToJsonString());
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        const string Text = "It 's a . b ? c ! d , e ' f do n't I 'm we 've they 're . . ' ' x";
        string expected = Text.Replace(" .", ".")
            .Replace(" ?", "?")
            .Replace(" !", "!")
            .Replace(" ,", ",")
            .Replace(" ' ", "'")
            .Replace(" n't", "n't")
            .Replace(" 'm", "'m")
            .Replace(" 's", "'s")
            .Replace(" 've", "'ve")
            .Replace(" 're", "'re");
        int[] ids = tokenizer.EncodeText(Text);
        Assert.Equal(expected, tokenizer.Decode(ids));
        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        Assert.Equal(expected, string.Concat(ids.Select(decoder.Append)) + decoder.Finish());
    }

    [Fact]
    public void Load_MarkerThatIsTextInTheFile_IsSpecialHereAndInWhatIsSaved()
    {
        CodeTokenizer.CreateByteLevel().Save(folder.Path);
        JsonObject root = (JsonObject)JsonNode.Parse(File.ReadAllText(folder.File("tokenizer.json")))!;
        root["added_tokens"]![0]!["special"] = false;
        File.WriteAllText(folder.File("tokenizer.json"), root.ToJsonString());
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.DoesNotContain(tokenizer.MarkerIds.User, tokenizer.EncodeText(Markers.User));
        Assert.Equal(string.Empty, tokenizer.Decode([tokenizer.MarkerIds.User], skipSpecialTokens: true));
        tokenizer.Save(folder.Path);
        Assert.True((bool)JsonNode.Parse(File.ReadAllText(folder.File("tokenizer.json")))!["added_tokens"]![0]!["special"]!);
    }

    private void WriteModel()
    {
        List<(string, float, PieceType)> pieces =
        [
            ("<unk>", 0, PieceType.Unknown),
            ("<s>", 0, PieceType.Control),
            ("</s>", 0, PieceType.Control),
        ];
        pieces.AddRange(Enumerable.Range(0, 256).Select(value => (CharacterEncoder.ByteToken(value), 0f, PieceType.Byte)));
        pieces.AddRange(
            ((string[])["\u2581a", "de", "def", "\u2581", "a", "d", "e", "f"]).Select(
                (token, rank) => (token, -1f - rank, PieceType.Normal)
            )
        );
        File.WriteAllBytes(folder.File("tokenizer.model"), SentencePieceFile.Write(pieces));
    }

    /// <summary>Bytes, and words with the merges that make them.</summary>
    private void WriteVocabulary(string[] words)
    {
        Dictionary<string, int> vocabulary = Enumerable.Range(0, 256).ToDictionary(value => ByteCharacters.Of((byte)value).ToString());
        List<string> merges = ["#version: 0.2"];
        foreach (string word in words.Select(word => string.Concat(Encoding.UTF8.GetBytes(word).Select(ByteCharacters.Of))))
        {
            for (int i = 1; i < word.Length; i++)
            {
                if (vocabulary.TryAdd(word[..(i + 1)], vocabulary.Count))
                {
                    merges.Add($"{word[..i]} {word[i]}");
                }
            }
        }

        vocabulary.Add("<|endoftext|>", vocabulary.Count);
        File.WriteAllText(folder.File("vocab.json"), JsonSerializer.Serialize(vocabulary));
        File.WriteAllLines(folder.File("merges.txt"), merges);
    }
}
