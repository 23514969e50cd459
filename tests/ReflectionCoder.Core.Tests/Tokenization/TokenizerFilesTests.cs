using System.Text.Json.Nodes;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

public sealed class TokenizerFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_VocabularyWithMerges_MergesByRank()
    {
        Write(
            root =>
            {
                root["model"]!["vocab"]!["ab"] = 266;
                root["model"]!["vocab"]!["bc"] = 267;
                root["model"]!["vocab"]!["abc"] = 268;
                root["model"]!["merges"] = new JsonArray("b c", new JsonArray("a", "bc"), "a b");
            });
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal([268, 266, 'a'], tokenizer.EncodeText("abcaba"));
        Assert.Equal("abcaba", tokenizer.Decode([268, 266, 'a']));
        Assert.Equal(269, tokenizer.VocabularySize);
    }

    [Fact]
    public void Load_NoMarkers_AppendsThemInOrder()
    {
        Write(
            root => root["added_tokens"] = new JsonArray(TokenizerFiles.ToJson(new AddedToken(300, "<|end|>", true, false))),
            config =>
            {
                config.Clear();
                config["eos_token"] = new JsonObject { ["content"] = "<|end|>" };
                config["additional_special_tokens"] = new JsonArray("<|end|>");
            });
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal(Markers.All, tokenizer.AppendedMarkers);
        Assert.Equal(new MarkerIds(301, 302, 303, 304, 305, 306, 307), tokenizer.MarkerIds);
        Assert.Equal((300, 300, 300, 308), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.VocabularySize));

        tokenizer.Save(folder.Path);
        CodeTokenizer again = CodeTokenizer.Load(folder.Path);
        Assert.Empty(again.AppendedMarkers);
        Assert.Equal(tokenizer.MarkerIds, again.MarkerIds);
        JsonNode map = JsonNode.Parse(File.ReadAllText(folder.File("special_tokens_map.json")))!;
        Assert.Equal(["<|end|>", .. Markers.All], map["additional_special_tokens"]!.AsArray().Select(token => (string)token!));
    }

    [Fact]
    public void Load_AddedTokens_AreFoundLongestFirst()
    {
        Write(root => root["added_tokens"]!.AsArray().Add(TokenizerFiles.ToJson(new AddedToken(300, "<|user|>+", false, false))));
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal([300, 256, 'x'], tokenizer.EncodeWithSpecialTokens("<|user|>+<|user|>x"));

        // Not special, so ordinary text may hold it; skipping special tokens keeps it.
        Assert.Equal([300], tokenizer.EncodeText("<|user|>+"));
        Assert.Equal("<|user|>+", tokenizer.Decode([256, 300], skipSpecialTokens: true));
    }

    [Fact]
    public void Load_ConfigDeclaresMoreTokens_AddsThem()
    {
        Write(
            null,
            config => config["added_tokens_decoder"] = new JsonObject { ["400"] = new JsonObject { ["content"] = "<|more|>", ["special"] = true } });
        Assert.Equal([400], CodeTokenizer.Load(folder.Path).EncodeWithSpecialTokens("<|more|>"));
    }

    [Theory]
    [InlineData("model.type", "\"WordPiece\"", "model type 'WordPiece'")]
    [InlineData("model.dropout", "0.1", "model.dropout")]
    [InlineData("model.byte_fallback", "true", "model.byte_fallback")]
    [InlineData("model.ignore_merges", "true", "model.ignore_merges")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix")]
    [InlineData("normalizer", """{"type":"Lowercase"}""", "normalizer 'Lowercase'")]
    [InlineData("pre_tokenizer", "null", "no pre_tokenizer")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace"}""", "pre_tokenizer 'Metaspace'")]
    [InlineData("pre_tokenizer", """{"type":"ByteLevel","add_prefix_space":true}""", "add_prefix_space")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true}]}""", "without 'ByteLevel'")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"a"},"behavior":"Removed","invert":false},{"type":"ByteLevel"}]}""", "behavior 'Removed'")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"a?+("},"behavior":"Isolated","invert":false},{"type":"ByteLevel"}]}""", "split expression 'a?+('")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder 'WordPiece'")]
    [InlineData("model.vocab", "7", "another kind")]
    [InlineData("model.merges", """["a b c"]""", "model.merges[0]")]
    [InlineData("model.merges", """["a zz"]""", "'zz'")]
    public void Load_Unsupported_IsRefusedByName(string entry, string value, string problem)
    {
        Write(root =>
        {
            string[] path = entry.Split('.');
            JsonObject owner = path.Length == 1 ? root : (JsonObject)root[path[0]]!;
            owner[path[^1]] = JsonNode.Parse(value);
        });
        TokenizerFormatException exception = Assert.Throws<TokenizerFormatException>(() => CodeTokenizer.Load(folder.Path));
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BrokenOrMissingFiles_Throws()
    {
        Assert.Throws<FileNotFoundException>(() => CodeTokenizer.Load(folder.Path));
        File.WriteAllText(folder.File("tokenizer.json"), "{\"model\":");
        Assert.Throws<TokenizerFormatException>(() => CodeTokenizer.Load(folder.Path));
        File.WriteAllText(folder.File("tokenizer.json"), "{}");
        Assert.Throws<TokenizerFormatException>(() => CodeTokenizer.Load(folder.Path));
        Write(null, config => config.Remove("eos_token"));
        File.Delete(folder.File("special_tokens_map.json"));
        Assert.Contains("eos_token", Assert.Throws<TokenizerFormatException>(() => CodeTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
        Write(null, config => config["eos_token"] = "absent");
        Assert.Contains("'absent'", Assert.Throws<TokenizerFormatException>(() => CodeTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it's  a1b22", "it|'s| | a|1|b|22")]
    [InlineData("x\n\n  y", "x|\n\n | y")]
    [InlineData("𝛠𝛠 𝟎𝟎x", "𝛠𝛠| 𝟎𝟎|x")]
    public void SplitSteps_Gpt2Pattern_KeepsAllText(string text, string expected)
    {
        SplitSteps steps = new([new System.Text.RegularExpressions.Regex(SplitSteps.Gpt2Pattern)]);
        Assert.Equal(expected.Split('|'), steps.PreTokenize(text).Select(piece => text.Substring(piece.Offset, piece.Length)));
    }

    /// <summary>Writes the byte-level tokenizer's files with some entries changed.</summary>
    private void Write(Action<JsonObject>? changeTokenizer, Action<JsonObject>? changeConfig = null)
    {
        CodeTokenizer.CreateByteLevel().Save(folder.Path);
        Change("tokenizer.json", changeTokenizer);
        Change("tokenizer_config.json", changeConfig);
        if (changeConfig is not null)
        {
            File.Delete(folder.File("special_tokens_map.json"));
        }

        void Change(string name, Action<JsonObject>? change)
        {
            JsonObject root = (JsonObject)JsonNode.Parse(File.ReadAllText(folder.File(name)))!;
            change?.Invoke(root);
            File.WriteAllText(folder.File(name), root.ToJsonString());
        }
    }
}
