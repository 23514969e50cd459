using System.Text.Json;
using System.Text.Json.Nodes;
using LLama;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;

namespace ReflectionCoder.Tests;

/// <summary>
/// A tokenizer with the parts of Gemma's: spaces are replaced and then split at, runs of line breaks, tabs and spaces are tokens that the
/// user defined, and merges that make runs of one character stand between those of another.
/// </summary>
public sealed class RunTokenizerTests
{
    private const int LongestRun = 7;
    private const string Space = "\u2581";

    private static readonly string[] Runs = ["\n", Space, "\t"];

    [Fact]
    public void Runtime_RunsOfCharacters_AreSplitAsOurs()
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        CodeTokenizer tokenizer = Create();
        VocabularyFile.Write(tokenizer, folder.File("vocabulary.gguf"));
        using LLamaWeights weights = LlamaRuntime.Load(folder.File("vocabulary.gguf"), vocabularyOnly: true);
        Assert.Equal("ab  ab\n\n\tc", tokenizer.Decode(tokenizer.EncodeText("ab  ab\n\n\tc")));
        for (int length = 1; length <= 4 * LongestRun; length++)
        {
            foreach (string run in (string[])["\n", " ", "\t"])
            {
                string runs = string.Concat(Enumerable.Repeat(run, length));
                foreach (string text in (string[])[runs, $"ab{runs}ab", $" ab {runs}\n c", $"<|user|><|text|>{runs}ab<|endofblock|>"])
                {
                    int[] ours = tokenizer.EncodeWithSpecialTokens(text);
                    Assert.Equal(ours, LlamaRuntime.Tokenize(weights, text, special: true));
                }
            }
        }
    }

    private static CodeTokenizer Create()
    {
        string[] longer = [.. Enumerable.Range(2, LongestRun - 1).SelectMany(length => Runs.Select(run => Repeat(run, length)))];
        string[] tokens =
        [
            "<unk>",
            "<s>",
            "</s>",
            .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"),
            .. Runs,
            .. longer,
            "a",
            "b",
            "c",
            "ab",
            Space + "a",
            Space + "ab",
        ];
        string[] merges =
        [
            .. Enumerable
                .Range(2, LongestRun - 1)
                .Reverse()
                .SelectMany(length =>
                    Enumerable
                        .Range(1, length - 1)
                        .SelectMany(left => Runs.Select(run => $"{Repeat(run, left)} {Repeat(run, length - left)}"))
                ),
            "a b",
            $"{Space} a",
            $"{Space} ab",
            $"{Space}a b",
        ];
        JsonObject root = TokenizerDocument.Create(
            new JsonObject(tokens.Index().Select(token => KeyValuePair.Create(token.Item, (JsonNode?)token.Index))),
            new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
            JsonNode.Parse("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}"""),
            JsonNode.Parse("""{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}"""),
            JsonNode.Parse(
                """
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
                {"type":"Fuse"}]}
                """
            )!
        );
        root["model"]!["unk_token"] = "<unk>";
        root["model"]!["byte_fallback"] = true;
        IEnumerable<(string Token, bool IsSpecial)> added =
        [
            .. tokens.Take(3).Select(token => (token, true)),
            .. ((string[])["\n", "\t", .. longer]).Select(token => (token, false)),
        ];
        root["added_tokens"] = new JsonArray([
            .. added.Select(token =>
                (JsonNode)TokenizerFiles.ToJson(new(Array.IndexOf(tokens, token.Token), token.Token, token.IsSpecial, false))
            ),
        ]);
        JsonObject config = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
        return CodeTokenizer.Parse(
            "tokenizer.json",
            JsonSerializer.SerializeToUtf8Bytes(root),
            TokenizerConfig.Parse("tokenizer_config.json", config)
        );
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
