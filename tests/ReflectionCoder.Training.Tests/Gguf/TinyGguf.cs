using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>Small models and tokenizers to export. Their matrices have rows of whole blocks.</summary>
internal static class TinyGguf
{
    internal static ModelConfig Llama { get; } =
        TinyModels.Llama with
        {
            VocabularySize = 270,
            HiddenSize = 32,
            IntermediateSize = 64,
            HeadDimension = 8,
        };

    internal static ModelConfig Qwen2 { get; } =
        Llama with
        {
            Family = ModelFamily.Qwen2,
            QueryKeyValueBias = true,
            TieWordEmbeddings = true,
        };

    internal static ModelConfig Qwen3 { get; } = Llama with { Family = ModelFamily.Qwen3, HeadDimension = 16 };

    internal static ModelConfig Mistral { get; } = Llama with { Family = ModelFamily.Mistral };

    /// <summary>Every other layer has a window.</summary>
    internal static ModelConfig Gemma3 { get; } =
        TinyModels.Gemma3 with
        {
            VocabularySize = 270,
            HiddenSize = 32,
            IntermediateSize = 64,
            EmbeddingScale = Math.Sqrt(32),
            AttentionScale = 1 / Math.Sqrt(8),
        };

    /// <summary>The fourth layer has no rotary embeddings.</summary>
    internal static ModelConfig SmolLM3 { get; } =
        Llama with
        {
            Family = ModelFamily.SmolLM3,
            HiddenLayers = 4,
            RotaryLayers = [true, true, true, false],
            TieWordEmbeddings = true,
        };

    internal static ModelConfig Starcoder2 { get; } =
        TinyModels.Starcoder2 with
        {
            VocabularySize = 270,
            HiddenSize = 32,
            IntermediateSize = 64,
            HeadDimension = 8,
        };

    /// <summary>266 tokens, so four rows of the embeddings belong to none.</summary>
    internal static CodeTokenizer Tokenizer { get; } = CodeTokenizer.CreateByteLevel();

    /// <summary>The byte-level tokenizer's file, changed. Its bos and eos are named.</summary>
    internal static CodeTokenizer ByteLevel(Action<JsonObject> change, string bos = "<|bos|>", string eos = "<|eos|>")
    {
        JsonObject root = Tokenizer.Definition.Source();
        root["added_tokens"] = new JsonArray([.. Tokenizer.Definition.AddedTokens.Select(token => (JsonNode)TokenizerFiles.ToJson(token))]);
        change(root);
        return Parse(root, bos, eos);
    }

    /// <summary>
    /// A SentencePiece tokenizer of a few words, changed: unknown, bos, eos, the bytes, characters and merges, as Llama's file has them.
    /// </summary>
    internal static CodeTokenizer SentencePiece(Action<JsonObject>? change = null)
    {
        List<string> tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        tokens.AddRange(["\u2581", "a", "b", "c", "ab", "\u2581a", "\u2581ab", "abc"]);
        string[] merges = ["a b", "\u2581 a", "\u2581 ab", "\u2581a b", "ab c"];
        JsonObject root = TokenizerDocument.Create(
            new JsonObject(tokens.Index().Select(token => KeyValuePair.Create(token.Item, (JsonNode?)token.Index))),
            new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
            JsonNode.Parse(
                """
                {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
                {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
                """
            ),
            preTokenizer: null,
            JsonNode.Parse(
                """
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
                {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
                """
            )!
        );
        root["model"]!["unk_token"] = "<unk>";
        root["model"]!["byte_fallback"] = true;
        root["added_tokens"] = new JsonArray([
            .. tokens.Take(3).Index().Select(token => (JsonNode)TokenizerFiles.ToJson(new(token.Index, token.Item, true, false))),
        ]);
        change?.Invoke(root);
        return Parse(root, "<s>", "</s>");
    }

    internal static CodeTokenizer Parse(JsonObject root, string? bos, string eos)
    {
        JsonObject config = new() { ["bos_token"] = bos, ["eos_token"] = eos };
        return CodeTokenizer.Parse(
            "tokenizer.json",
            JsonSerializer.SerializeToUtf8Bytes(root),
            TokenizerConfig.Parse("tokenizer_config.json", config)
        );
    }

    /// <summary>Exports to a file, which must be refused by a field and leave nothing.</summary>
    internal static DataFormatException Refused(string field, Action<string> export)
    {
        using TemporaryFolder folder = new();
        DataFormatException error = Assert.Throws<DataFormatException>(() => export(folder["tiny.gguf"]));
        Assert.Equal(field, error.Field);
        Assert.Empty(Directory.GetFiles(folder.FullName));
        return error;
    }

    /// <summary>The numbers of a weight, widened.</summary>
    internal static float[] Numbers(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        return weight.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
