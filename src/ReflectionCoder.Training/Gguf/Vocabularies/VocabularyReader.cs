using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Models;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Gguf.Vocabularies;

/// <summary>Reads a file's tokenizer and turns it into Hugging Face's files.</summary>
internal sealed class VocabularyReader
{
    private readonly GgufFields fields;
    private readonly string[] tokens;
    private readonly GgufTokenType[] types;

    private VocabularyReader(GgufFields fields, int rows)
    {
        this.fields = fields;
        tokens = fields.List<string>(GgufVocabulary.TokensKey);
        long[] numbers = fields.OptionalList<long>(GgufVocabulary.TypesKey) ?? [.. tokens.Select(_ => (long)GgufTokenType.Normal)];
        if (tokens.Length != rows || numbers.Length != rows)
        {
            throw fields.Error(
                GgufVocabulary.TokensKey,
                $"has {tokens.Length} tokens and {numbers.Length} types; the embeddings have {rows} rows."
            );
        }

        types = [.. numbers.Select(number => (GgufTokenType)Math.Clamp(number, int.MinValue, int.MaxValue))];
        if (Array.FindIndex(types, type => !Enum.IsDefined(type)) is >= 0 and int unknown)
        {
            throw fields.Error(GgufVocabulary.TypesKey, $"has type {numbers[unknown]} for the token {unknown}; expected 1 to 6.");
        }
    }

    /// <summary>Number of tokens without the unused ones at the end, which only fill the embeddings.</summary>
    private int Count => Array.FindLastIndex(types, type => type != GgufTokenType.Unused) + 1;

    /// <summary>Reads the tokenizer.</summary>
    /// <param name="fields">The file's keys.</param>
    /// <param name="rows">Number of rows of the embeddings.</param>
    /// <returns>The content of <c>tokenizer.json</c>, what it needs beside it, and the ids that end an answer.</returns>
    /// <exception cref="DataFormatException">The keys are broken or not supported. Whether a tokenizer can be made of what they say,
    /// <see cref="CodeTokenizer.Parse"/> tells.</exception>
    internal static (byte[] Tokenizer, TokenizerConfig Config, int[] Ends) Read(GgufFields fields, int rows)
    {
        VocabularyReader reader = new(fields, rows);
        string model = fields.Text(GgufVocabulary.ModelKey);
        TokenizerConfig config = reader.ReadConfig();
        (byte[] content, config) = model switch
        {
            GgufVocabulary.ByteLevel => (reader.ByteLevel(), config),
            GgufVocabulary.SentencePiece => reader.SentencePiece(config),
            _ => throw fields.Error(
                GgufVocabulary.ModelKey,
                $"'{model}' is not supported; expected '{GgufVocabulary.ByteLevel}' or '{GgufVocabulary.SentencePiece}'."
            ),
        };
        return (content, config, reader.Ends());
    }

    private byte[] ByteLevel()
    {
        string name = fields.Text(GgufVocabulary.PreKey);
        (JsonObject preTokenizer, bool ignoresMerges) =
            PreTokenizerNames.Describe(name)
            ?? throw fields.Error(GgufVocabulary.PreKey, $"'{name}' is not supported; expected one of {PreTokenizerNames.All}.");
        JsonObject vocabulary = [];
        for (int id = 0; id < FirstAdded(); id++)
        {
            if (!vocabulary.TryAdd(tokens[id], id))
            {
                throw fields.Error(GgufVocabulary.TokensKey, $"has '{tokens[id]}' twice, the second time with id {id}.");
            }
        }

        JsonObject byteLevel = new()
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = false,
            ["trim_offsets"] = true,
            ["use_regex"] = false,
        };
        JsonObject root = TokenizerDocument.Create(
            vocabulary,
            new JsonArray([.. fields.List<string>(GgufVocabulary.MergesKey).Select(merge => (JsonNode)merge)]),
            normalizer: name == "qwen2" ? new JsonObject { ["type"] = "NFC" } : null,
            preTokenizer,
            byteLevel
        );
        root["model"]!["ignore_merges"] = ignoresMerges;
        root["added_tokens"] = new JsonArray([
            .. Enumerable.Range(0, Count).Where(IsAdded).Select(id => (JsonNode)TokenizerFiles.ToJson(Added(id))),
        ]);
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private (byte[] Content, TokenizerConfig Config) SentencePiece(TokenizerConfig config)
    {
        double[] scores = fields.List<double>(GgufVocabulary.ScoresKey);
        if (scores.Length != tokens.Length || !scores.All(double.IsFinite))
        {
            throw fields.Error(GgufVocabulary.ScoresKey, $"has {scores.Length} scores; expected {tokens.Length} finite ones.");
        }

        SentencePieceModel model = new()
        {
            Pieces = [.. Enumerable.Range(0, Count).Select(id => (tokens[id], (float)scores[id], (PieceType)types[id]))],
            AddsDummyPrefix = fields.Bool(GgufVocabulary.AddSpaceKey, true),
            ByteFallback = true,
        };
        return SentencePieceConverter.Convert(fields.Path, model, config);
    }

    private TokenizerConfig ReadConfig()
    {
        int eos = IdOf(GgufVocabulary.EosKey) ?? throw fields.Error(GgufVocabulary.EosKey, "is missing.");

        // A tokenizer without bos is exported with eos in its place, because training put that before a prompt.
        int? bos = IdOf(GgufVocabulary.BosKey) is { } id && id != eos ? id : null;
        JsonObject content = new()
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["add_bos_token"] = bos is not null && fields.Bool(GgufVocabulary.AddBosKey, RuntimeAddsBos()),
            ["add_eos_token"] = fields.Bool(GgufVocabulary.AddEosKey, false),
            ["clean_up_tokenization_spaces"] = false,
            ["eos_token"] = tokens[eos],
        };
        foreach (
            (string name, int? given) in ((string, int?)[])
                [("bos_token", bos), ("pad_token", IdOf(GgufVocabulary.PadKey)), ("unk_token", IdOf(GgufVocabulary.UnknownKey))]
        )
        {
            if (given is { } found)
            {
                content[name] = tokens[found];
            }
        }

        if (fields.OptionalText(GgufVocabulary.TemplateKey) is { } template)
        {
            content[ChatTemplate.FieldName] = template;
        }

        return TokenizerConfig.Parse(fields.Path, content);
    }

    /// <summary>What the runtime does where a file doesn't say it: it puts bos before the prompts of SentencePiece, Llama 3 and
    /// Tekken.</summary>
    private bool RuntimeAddsBos() =>
        fields.OptionalText(GgufVocabulary.ModelKey) == GgufVocabulary.SentencePiece
        || fields.OptionalText(GgufVocabulary.PreKey) is "llama-bpe" or "tekken";

    private int[] Ends() =>
        [
            .. ((string[])[GgufVocabulary.EosKey, GgufVocabulary.EndOfTurnKey, GgufVocabulary.EndOfMessageKey])
                .Select(IdOf)
                .OfType<int>()
                .Distinct(),
        ];

    private int? IdOf(string key) =>
        fields.OptionalInt(key) switch
        {
            null => null,
            int id when id < Count => id,
            int id => throw fields.Error(key, $"is {id}, and there are {Count} tokens."),
        };

    private bool IsAdded(int id) => types[id] is GgufTokenType.Control or GgufTokenType.UserDefined or GgufTokenType.Unknown;

    /// <summary>The first id from which on all tokens are added ones. Those before it stand in the vocabulary, too, or ids would
    /// move.</summary>
    private int FirstAdded()
    {
        int first = Count;
        while (first > 0 && IsAdded(first - 1))
        {
            first--;
        }

        return first;
    }

    private AddedToken Added(int id) => new(id, tokens[id], types[id] != GgufTokenType.UserDefined, IsNormalized: false);
}
