using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Tokenization;

public sealed class TokenizerFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_VocabularyWithMerges_MergesByRank()
    {
        Write(root =>
        {
            root["model"]!["vocab"]!["ab"] = 256;
            root["model"]!["vocab"]!["bc"] = 257;
            root["model"]!["vocab"]!["abc"] = 258;
            root["model"]!["merges"] = new JsonArray("a b", "b c", new JsonArray("a", "bc"), "a b");
            foreach (JsonNode? token in root["added_tokens"]!.AsArray())
            {
                token!["id"] = (int)token["id"]! + 3;
            }
        });
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);

        // A merge that is there twice counts by its last rank.
        Assert.Equal([258, 256, 'a'], tokenizer.EncodeText("abcaba"));
        Assert.Equal("abcaba", tokenizer.Decode([258, 256, 'a']));
        Assert.Equal(269, tokenizer.VocabularySize);
    }

    [Fact]
    public void Load_NoMarkers_AppendsThemInOrder()
    {
        Write(
            root => root["added_tokens"] = new JsonArray(TokenizerFiles.ToJson(new AddedToken(256, "<|end|>", true, false))),
            config =>
            {
                config.Clear();
                config["eos_token"] = new JsonObject { ["content"] = "<|end|>" };
                config["additional_special_tokens"] = new JsonArray("<|end|>");
            }
        );
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal(Markers.All, tokenizer.AppendedMarkers);
        Assert.Equal(new MarkerIds(257, 258, 259, 260, 261, 262, 263), tokenizer.MarkerIds);
        Assert.Equal((256, 256, 256, 264), (tokenizer.BosTokenId, tokenizer.EosTokenId, tokenizer.PadTokenId, tokenizer.VocabularySize));

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
        Write(root => root["added_tokens"]!.AsArray().Add(TokenizerFiles.ToJson(new AddedToken(266, "<|user|>+", false, false))));
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        Assert.Equal([266, 256, 'x'], tokenizer.EncodeWithSpecialTokens("<|user|>+<|user|>x"));

        // Not special, so ordinary text may hold it; skipping special tokens keeps it.
        Assert.Equal([266], tokenizer.EncodeText("<|user|>+"));
        Assert.Equal("<|user|>+", tokenizer.Decode([256, 266], skipSpecialTokens: true));
    }

    [Fact]
    public void Load_ConfigDeclaresMoreTokens_AddsThem()
    {
        Write(
            null,
            config =>
                config["added_tokens_decoder"] = new JsonObject
                {
                    ["266"] = new JsonObject { ["content"] = "<|more|>", ["special"] = true },
                }
        );
        Assert.Equal([266], CodeTokenizer.Load(folder.Path).EncodeWithSpecialTokens("<|more|>"));
    }

    [Theory]
    [InlineData("version", "\"2.0\"", "version '2.0'")]
    [InlineData("model.type", "\"WordPiece\"", "model type 'WordPiece'")]
    [InlineData("model.dropout", "0.1", "model.dropout")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix")]
    [InlineData("normalizer", """{"type":"Lowercase"}""", "normalizer 'Lowercase'")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"NFKC"}]}""", "normalizer 'NFKC'; expected")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"a"},"content":"b"}""", "pattern other than a string")]
    [InlineData("pre_tokenizer", """{"type":"Whitespace"}""", "pre_tokenizer 'Whitespace'")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Sequence","pretokenizers":[{"type":"Digits"},{"type":"ByteLevel","add_prefix_space":true}]}""",
        "add_prefix_space after other steps"
    )]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}""",
        "'Digits' after 'ByteLevel'"
    )]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Sequence","pretokenizers":[{"type":"Metaspace","replacement":"_"},{"type":"ByteLevel"}]}""",
        "ByteLevel after Metaspace"
    )]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"_","prepend_scheme":"last"}""", "prepend_scheme 'last'")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Metaspace","replacement":"_","add_prefix_space":false,"prepend_scheme":"first"}""",
        "add_prefix_space is false"
    )]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"__"}""", "expected one character")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a"},"behavior":"Torn","invert":false}""", "behavior 'Torn'")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"a{2}{3}"},"behavior":"Isolated","invert":false}""",
        "split expression 'a{2}{3}'"
    )]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"[a&&b]"},"behavior":"Isolated","invert":false}""",
        "intersection of sets"
    )]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"[[:alpha:]]"},"behavior":"Isolated","invert":false}""",
        "a set inside a set"
    )]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated","invert":false}""", "'\\w'")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"\\p{Han}"},"behavior":"Isolated","invert":false}""",
        "property 'Han'"
    )]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"[\ud800\udc00-\ud800\udc01]"},"behavior":"Isolated","invert":false}""",
        "beyond U+FFFF"
    )]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"^a"},"behavior":"Isolated","invert":false}""", "bounds of lines")]
    [InlineData(
        "pre_tokenizer",
        """{"type":"Split","pattern":{"Regex":"(?x)a"},"behavior":"Isolated","invert":false}""",
        "an option or a group"
    )]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":""},"behavior":"Isolated","invert":false}""", "it is empty")]
    [InlineData("pre_tokenizer", """{"type":"Split","behavior":"Isolated"}""", "'pre_tokenizer.pattern' is missing")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder 'WordPiece'")]
    [InlineData(
        "decoder",
        """{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteFallback"}]}""",
        "'ByteFallback' behind one that fuses"
    )]
    [InlineData("decoder", """{"type":"Strip","content":"a","start":-1,"stop":0}""", "'decoder.start' is -1")]
    [InlineData("model.vocab", "7", "'model.vocab' is 7; expected an object")]
    [InlineData("model.vocab", """{"a":0,"b":0}""", "'a' and 'b' have the same id 0")]
    [InlineData("model.vocab", """{"a":99999999}""", "expected an integer from 0 to")]
    [InlineData("model.vocab", """{}""", "the vocabulary is empty")]
    [InlineData("model.unk_token", "\"zz\"", "unknown token 'zz'")]
    [InlineData("model.merges", """["a b c"]""", "model.merges[0]")]
    [InlineData("model.merges", """["a zz"]""", "'zz'")]
    [InlineData(
        "added_tokens",
        """[{"id":300,"content":"x1","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}]""",
        "numbers it 256"
    )]
    [InlineData("added_tokens", """[{"id":256,"content":"","special":true}]""", "the added token 256 has no text")]
    [InlineData("added_tokens", """[{"id":256,"content":"x1"},{"id":256,"content":"x1"}]""", "'x1' is there twice")]
    public void Load_BrokenOrUnsupported_IsRefusedByName(string entry, string value, string problem)
    {
        Write(root =>
        {
            string[] path = entry.Split('.');
            JsonObject owner = path.Length == 1 ? root : (JsonObject)root[path[0]]!;
            owner[path[^1]] = JsonNode.Parse(value);
        });
        DataFormatException exception = Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path));
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BrokenOrMissingFiles_Throws()
    {
        Assert.Throws<FileNotFoundException>(() => CodeTokenizer.Load(folder.Path));
        File.WriteAllText(folder.File("tokenizer.json"), "{\"model\":");
        Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path));
        File.WriteAllText(folder.File("tokenizer.json"), """{"model":{},"model":{}}""");
        Assert.Contains(
            "model",
            Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(folder.File("tokenizer.json"), "{}");
        Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path));
        Write(null, config => config.Remove("eos_token"));
        File.Delete(folder.File("special_tokens_map.json"));
        Assert.Contains(
            "eos_token",
            Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path)).Message,
            StringComparison.Ordinal
        );
        Write(null, config => config["eos_token"] = "absent");
        Assert.Contains(
            "'absent'",
            Assert.Throws<DataFormatException>(() => CodeTokenizer.Load(folder.Path)).Message,
            StringComparison.Ordinal
        );
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
