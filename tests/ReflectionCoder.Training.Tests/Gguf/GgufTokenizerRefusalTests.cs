using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf;
using ReflectionCoder.Gguf.Vocabularies;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>Tokenizers that the format or the runtime can't express are refused by their field, and no file is written.</summary>
public sealed class GgufTokenizerRefusalTests
{
    private static readonly Dictionary<string, (Func<CodeTokenizer> Tokenizer, string Field)> Tokenizers = new()
    {
        ["a split without a name"] = (() => TinyGguf.ByteLevel(WithMerge(Split(@"\p{L}+"))), "pre_tokenizer"),
        ["no split, and merges"] = (
            () =>
                TinyGguf.ByteLevel(root =>
                {
                    WithMerge(root["pre_tokenizer"]!.DeepClone())(root);
                    root["pre_tokenizer"]!["use_regex"] = false;
                }),
            "pre_tokenizer"
        ),
        ["a known split that ignores merges"] = (
            () =>
                TinyGguf.ByteLevel(root =>
                {
                    WithMerge(PreTokenizerNames.Describe("qwen2")!.Value.Entry)(root);
                    root["model"]!["ignore_merges"] = true;
                }),
            "pre_tokenizer"
        ),
        ["a prefix space"] = (
            () => TinyGguf.ByteLevel(root => root["pre_tokenizer"]!["add_prefix_space"] = true),
            "pre_tokenizer.add_prefix_space"
        ),
        ["a normalizer"] = (
            () => TinyGguf.ByteLevel(root => root["normalizer"] = JsonNode.Parse("""{"type":"Prepend","prepend":"x"}""")),
            "normalizer"
        ),
        ["a token that strips"] = (() => TinyGguf.ByteLevel(root => root["added_tokens"]![9]!["lstrip"] = true), "added_tokens"),
        ["a token that strips to the right"] = (
            () => TinyGguf.ByteLevel(root => root["added_tokens"]![9]!["rstrip"] = true),
            "added_tokens"
        ),
        ["a token that is a word"] = (() => TinyGguf.ByteLevel(root => root["added_tokens"]![9]!["single_word"] = true), "added_tokens"),
        ["a missing byte that is unknown"] = (
            () =>
                TinyGguf.ByteLevel(root =>
                {
                    JsonObject vocabulary = (JsonObject)root["model"]!["vocab"]!;
                    vocabulary.Remove("ñ");
                    vocabulary["???"] = 241;
                    root["model"]!["unk_token"] = "???";
                }),
            "model.unk_token"
        ),
        ["characters without byte fallback"] = (
            () => TinyGguf.SentencePiece(root => root["model"]!["byte_fallback"] = false),
            "model.byte_fallback"
        ),
        ["a byte without a token"] = (
            () =>
                TinyGguf.SentencePiece(root =>
                {
                    JsonObject vocabulary = (JsonObject)root["model"]!["vocab"]!;
                    int id = (int)vocabulary["<0x41>"]!;
                    vocabulary.Remove("<0x41>");
                    vocabulary["A"] = id;
                }),
            "model.byte_fallback"
        ),
        ["a null character"] = (
            () => TinyGguf.SentencePiece(root => root["model"]!["vocab"]!["d\0"] = root["model"]!["vocab"]!.AsObject().Count),
            "model.vocab"
        ),
        ["characters that ignore merges"] = (
            () => TinyGguf.SentencePiece(root => root["model"]!["ignore_merges"] = true),
            "model.ignore_merges"
        ),
        ["a space before the first word alone"] = (() => TinyGguf.SentencePiece(WithMetaspace("first")), "pre_tokenizer.prepend_scheme"),
        ["a space before each word without one"] = (() => TinyGguf.SentencePiece(WithMetaspace("always")), "pre_tokenizer.prepend_scheme"),
        ["characters that are split"] = (
            () => TinyGguf.SentencePiece(root => root["pre_tokenizer"] = Split(@"\p{L}+")["pretokenizers"]![0]!.DeepClone()),
            "pre_tokenizer"
        ),
        ["characters that are composed"] = (
            () => TinyGguf.SentencePiece(root => root["normalizer"] = JsonNode.Parse("""{"type":"NFC"}""")),
            "normalizer"
        ),
        ["a merge that scores would add"] = (
            () => TinyGguf.SentencePiece(root => ((JsonArray)root["model"]!["merges"]!).RemoveAt(2)),
            "model.merges"
        ),
        ["a token made at two ranks"] = (
            () =>
                TinyGguf.SentencePiece(root =>
                {
                    JsonArray merges = (JsonArray)root["model"]!["merges"]!;
                    merges.RemoveAt(3);
                    merges.Add((JsonNode)"\u2581a b");
                }),
            "model.merges"
        ),
        ["characters that are split at what is left"] = (
            () => TinyGguf.SentencePiece(root => WithSpaceSplit(root, invert: true)),
            "pre_tokenizer"
        ),
        ["runs that scores would split in another way"] = (() => TinyGguf.SentencePiece(WithRuns), "model.merges"),
    };

    public static TheoryData<string> TokenizerNames => [.. Tokenizers.Keys];

    [Theory]
    [MemberData(nameof(TokenizerNames))]
    public void Export_TokenizerThatTheFormatLacks_IsRefused(string name)
    {
        (Func<CodeTokenizer> create, string field) = Tokenizers[name];
        CodeTokenizer tokenizer = create();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { VocabularySize = tokenizer.VocabularySize });
        DataFormatException error = TinyGguf.Refused(field, path => GgufExporter.Export(model, tokenizer, path));
        Assert.Equal("tokenizer.json", error.Path);
    }

    [Fact]
    public void Export_TokenizersOfTheTests_AreFineUnchanged()
    {
        using TemporaryFolder folder = new();
        CodeTokenizer[] tokenizers =
        [
            TinyGguf.ByteLevel(_ => { }),
            TinyGguf.SentencePiece(),
            TinyGguf.SentencePiece(root => WithSpaceSplit(root, invert: false)),
            TinyGguf.SentencePiece(WithMixedRuns),
        ];
        foreach (CodeTokenizer tokenizer in tokenizers)
        {
            using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { VocabularySize = tokenizer.VocabularySize });
            GgufExporter.Export(model, tokenizer, folder["tiny.gguf"]);
        }
    }

    [Fact]
    public void Export_MoreTokensThanRows_IsRefused()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { VocabularySize = 265 });
        TinyGguf.Refused("model.vocab", path => GgufExporter.Export(model, TinyGguf.Tokenizer, path));
    }

    [Fact]
    public void Export_NamedPreTokenizer_IsTaken()
    {
        using TemporaryFolder folder = new();
        CodeTokenizer tokenizer = TinyGguf.ByteLevel(WithMerge(Split(@"\p{L}+")));
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        GgufExporter.Export(model, tokenizer, folder["tiny.gguf"], new() { PreTokenizer = "falcon" });
        Assert.Equal("falcon", new NaiveGguf(folder["tiny.gguf"]).Keys["tokenizer.ggml.pre"]);
        TinyGguf.Refused(
            "pre_tokenizer",
            path => GgufExporter.Export(model, TinyGguf.SentencePiece(), path, new() { PreTokenizer = "falcon" })
        );
    }

    /// <summary>No file of Hugging Face's has such a tokenizer; the runtime would end the process.</summary>
    [Fact]
    public void TokenTable_TextThatStandsTwice_IsRefused()
    {
        TokenizerDefinition definition = TinyGguf.Tokenizer.Definition;
        AddedToken[] added = [new AddedToken(256, "a", IsSpecial: true, IsNormalized: false)];
        DataFormatException error = Assert.Throws<DataFormatException>(() => TokenTable.Build(definition, added, 300));
        Assert.Contains("'a' stands there twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TokenTable_TokenNamedAsPadding_LeavesAllTextsDifferent()
    {
        TokenizerDefinition definition = TinyGguf.Tokenizer.Definition;
        AddedToken[] added = [new AddedToken(256, "[PAD258]", IsSpecial: true, IsNormalized: false)];
        string[] tokens = TokenTable.Build(definition, added, 260).Tokens;
        Assert.Equal(["[PAD258]", "[PAD257]", "[[PAD258]]", "[PAD259]"], tokens[256..]);
    }

    private static JsonObject Split(string expression) =>
        new()
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                JsonNode.Parse(
                    $$"""{"type":"Split","pattern":{"Regex":{{JsonValue.Create(expression)!.ToJsonString()}}},"behavior":"Isolated","invert":false}"""
                ),
                JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""")
            ),
        };

    /// <summary>Replaces a special token by what a merge makes, so that the split matters.</summary>
    private static Action<JsonObject> WithMerge(JsonNode preTokenizer) =>
        root =>
        {
            JsonArray added = (JsonArray)root["added_tokens"]!;
            for (int i = added.Count - 1; i >= 0; i--)
            {
                added[i]!["id"] = (int)added[i]!["id"]! + 1;
            }

            root["model"]!["vocab"]!["ab"] = 256;
            root["model"]!["merges"] = new JsonArray("a b");
            root["pre_tokenizer"] = preTokenizer;
        };

    private static Action<JsonObject> WithMetaspace(string scheme) =>
        root =>
        {
            root["normalizer"] = null;
            root["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Metaspace",
                ["replacement"] = "\u2581",
                ["prepend_scheme"] = scheme,
                ["split"] = false,
            };
        };

    /// <summary>As Gemma's file has it: spaces are replaced, and then text is split at spaces, of which none is left.</summary>
    private static void WithSpaceSplit(JsonObject root, bool invert)
    {
        root["normalizer"] = JsonNode.Parse("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}""");
        root["pre_tokenizer"] = JsonNode.Parse("""{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious"}""");
        root["pre_tokenizer"]!["invert"] = invert;
    }

    /// <summary>As Gemma's file has them: merges to runs of one character stand between those of another.</summary>
    private static void WithMixedRuns(JsonObject root)
    {
        JsonObject vocabulary = (JsonObject)root["model"]!["vocab"]!;
        JsonArray merges = (JsonArray)root["model"]!["merges"]!;
        foreach (string token in (string[])["z", "zz", "zzz", "y", "yy", "yyy"])
        {
            vocabulary[token] = vocabulary.Count;
        }

        foreach (string merge in (string[])["z zz", "y yy", "zz z", "yy y", "z z", "y y"])
        {
            merges.Add((JsonNode)merge);
        }
    }

    /// <summary>Runs of a character whose ranks and scores lead to other tokens.</summary>
    private static void WithRuns(JsonObject root)
    {
        JsonObject vocabulary = (JsonObject)root["model"]!["vocab"]!;
        JsonArray merges = (JsonArray)root["model"]!["merges"]!;
        string[] tokens = ["zz", "zzz", "zzzz"];
        vocabulary["z"] = vocabulary.Count;
        foreach (string token in tokens)
        {
            vocabulary[token] = vocabulary.Count;
        }

        foreach (string merge in (string[])["z z", "zzz z", "z zz", "zz z", "zz zz", "z zzz"])
        {
            merges.Add((JsonNode)merge);
        }
    }
}
