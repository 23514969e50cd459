using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Converts <c>vocab.json</c> and <c>merges.txt</c> to a <c>tokenizer.json</c>, as transformers does.</summary>
internal static class VocabularyFilesConverter
{
    private const string EndOfText = "<|endoftext|>";

    /// <summary>Converts the two files.</summary>
    /// <param name="vocabularyPath">Path of <c>vocab.json</c>.</param>
    /// <param name="mergesPath">Path of <c>merges.txt</c>.</param>
    /// <param name="config">The folder's config. Its tokenizer class decides how text is split; GPT-2's way if it names none.</param>
    /// <returns>The content of <c>tokenizer.json</c>, and the config with the defaults of the tokenizer class.</returns>
    /// <exception cref="DataFormatException">A file is broken, or the class isn't supported.</exception>
    public static (byte[] Content, TokenizerConfig Config) Convert(string vocabularyPath, string mergesPath, TokenizerConfig config)
    {
        byte[] vocabularyBytes = File.ReadAllBytes(vocabularyPath);
        JsonObject vocabulary = JsonField.Read(
            vocabularyPath,
            vocabularyBytes,
            root => root.IsObject ? TokenizerFiles.ParseObject(vocabularyBytes) : throw root.Broken("expected an object of tokens and ids")
        );
        bool qwen = config.ClassName == "Qwen2Tokenizer";
        if (!qwen && config.ClassName is not ("" or "GPT2Tokenizer" or "CodeGenTokenizer" or "PreTrainedTokenizer"))
        {
            throw new DataFormatException(
                vocabularyPath,
                $"not supported: the tokenizer class '{config.ClassName}' without {TokenizerFiles.TokenizerName}; expected "
                    + "'GPT2Tokenizer', 'CodeGenTokenizer' or 'Qwen2Tokenizer'."
            );
        }

        JsonObject byteLevel = new()
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = !qwen && config.AddsPrefixSpace == true,
            ["trim_offsets"] = !qwen,
            ["use_regex"] = !qwen,
        };
        JsonObject decoder = (JsonObject)byteLevel.DeepClone();
        JsonNode preTokenizer = !qwen
            ? byteLevel
            : new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split",
                        ["pattern"] = new JsonObject { ["Regex"] = SplitPattern.Qwen2 },
                        ["behavior"] = "Isolated",
                        ["invert"] = false,
                    },
                    byteLevel
                ),
            };
        TokenizerConfig complete = config with { Eos = config.Eos ?? EndOfText, Pad = config.Pad ?? (qwen ? EndOfText : null) };
        JsonObject root = TokenizerDocument.Create(
            vocabulary,
            ReadMerges(mergesPath),
            qwen ? new JsonObject { ["type"] = "NFC" } : null,
            preTokenizer,
            decoder
        );
        root["added_tokens"] = new JsonArray([.. SpecialTokens(complete, vocabulary)]);
        return (JsonSerializer.SerializeToUtf8Bytes(root), complete);
    }

    /// <summary>Bos, eos, pad and the unknown token as added tokens, if the vocabulary has them.</summary>
    private static IEnumerable<JsonNode> SpecialTokens(TokenizerConfig config, JsonObject vocabulary) =>
        ((string?[])[config.Bos, config.Eos, config.Pad, config.Unknown])
            .OfType<string>()
            .Distinct()
            .Where(token => vocabulary[token] is JsonValue id && id.TryGetValue(out int _))
            .Select(token => TokenizerFiles.ToJson(new AddedToken((int)vocabulary[token]!, token, IsSpecial: true, IsNormalized: false)));

    private static JsonArray ReadMerges(string path)
    {
        JsonArray merges = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            string[] parts = line.Split(' ');
            merges.Add(
                parts is [{ Length: > 0 }, { Length: > 0 }]
                    ? (JsonNode)line
                    : throw new DataFormatException(path, $"line {number} is '{line}'; expected two tokens with one space between.")
            );
        }

        return merges;
    }
}
