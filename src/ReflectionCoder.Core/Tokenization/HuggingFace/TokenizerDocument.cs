using System.Text.Json.Nodes;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Makes the content of a <c>tokenizer.json</c>.</summary>
internal static class TokenizerDocument
{
    /// <summary>A byte pair tokenizer without added tokens.</summary>
    public static JsonObject Create(
        JsonObject vocabulary,
        JsonArray merges,
        JsonNode? normalizer,
        JsonNode? preTokenizer,
        JsonNode decoder
    ) =>
        new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray(),
            ["normalizer"] = normalizer,
            ["pre_tokenizer"] = preTokenizer,
            ["post_processor"] = null,
            ["decoder"] = decoder,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = merges,
            },
        };
}
