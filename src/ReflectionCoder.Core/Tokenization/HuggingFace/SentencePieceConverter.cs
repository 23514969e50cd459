using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Converts a SentencePiece BPE model to a <c>tokenizer.json</c>, as transformers does for Llama.</summary>
internal static class SentencePieceConverter
{
    private const string WordStart = "\u2581";

    /// <summary>Most characters of a piece: many times what the longest have. All ways to cut each piece in two are tried.</summary>
    private const int LongestPiece = 1024;

    /// <summary>Converts a file.</summary>
    /// <param name="path">Path of <c>tokenizer.model</c>.</param>
    /// <param name="config">The folder's config.</param>
    /// <returns>The content of <c>tokenizer.json</c>, and the config with the special tokens that the model names.</returns>
    /// <exception cref="DataFormatException">The file is broken, or asks for something that isn't supported.</exception>
    public static (byte[] Content, TokenizerConfig Config) Convert(string path, TokenizerConfig config) =>
        Convert(path, SentencePieceModel.Load(path), config);

    /// <summary>Converts a model, wherever it was read from.</summary>
    /// <param name="path">The file that it was read from, for errors.</param>
    /// <param name="model">The model.</param>
    /// <param name="config">The config that belongs to it.</param>
    /// <returns>The content of <c>tokenizer.json</c>, and the config with the special tokens that the model names.</returns>
    /// <exception cref="DataFormatException">Two pieces are the same, or one is very long.</exception>
    public static (byte[] Content, TokenizerConfig Config) Convert(string path, SentencePieceModel model, TokenizerConfig config)
    {
        JsonObject vocabulary = [];
        JsonArray added = [];
        string? unknown = null;
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            (string text, _, PieceType type) = model.Pieces[id];
            if (text.Length > LongestPiece)
            {
                throw new DataFormatException(path, $"the piece {id} has {text.Length} characters; expected at most {LongestPiece}.");
            }

            if (!vocabulary.TryAdd(text, id))
            {
                throw new DataFormatException(path, $"the piece '{text}' is there twice.");
            }

            unknown = type == PieceType.Unknown ? text : unknown;
            if (type is PieceType.Unknown or PieceType.Control or PieceType.UserDefined)
            {
                added.Add(TokenizerFiles.ToJson(new AddedToken(id, text, type != PieceType.UserDefined, IsNormalized: false)));
            }
        }

        bool prefix = config.AddsPrefixSpace ?? model.AddsDummyPrefix;
        JsonObject root = TokenizerDocument.Create(
            vocabulary,
            Merges(model),
            config.IsLegacy ? Normalizer(prefix) : null,
            config.IsLegacy
                ? null
                : new JsonObject
                {
                    ["type"] = "Metaspace",
                    ["replacement"] = WordStart,
                    ["prepend_scheme"] = prefix ? "first" : "never",
                    ["split"] = false,
                },
            Decoder(prefix)
        );
        root["added_tokens"] = added;
        JsonNode bpe = root["model"]!;
        bpe["unk_token"] = unknown;
        bpe["fuse_unk"] = true;
        bpe["byte_fallback"] = model.ByteFallback;
        TokenizerConfig complete = config with
        {
            Bos = config.Bos ?? ControlPiece(model, "<s>"),
            Eos = config.Eos ?? ControlPiece(model, "</s>"),
            AddsBos = config.AddsBos ?? true,
        };
        return (JsonSerializer.SerializeToUtf8Bytes(root), complete);
    }

    /// <summary>
    /// All pairs of pieces that make another piece together, in the order of Llama's <c>tokenizer.json</c>: the pair that makes the piece
    /// of the best score comes first, and pairs of equal score are sorted by the ids of their parts.
    /// </summary>
    private static JsonArray Merges(SentencePieceModel model)
    {
        Dictionary<string, int> ids = model
            .Pieces.Select((piece, id) => (piece.Text, id))
            .ToDictionary(piece => piece.Text, piece => piece.id, StringComparer.Ordinal);
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        List<(float Score, int Left, int Right)> merges = [];
        foreach ((string text, float score, _) in model.Pieces)
        {
            for (int i = 1; i < text.Length; i++)
            {
                if (lookup.TryGetValue(text.AsSpan(0, i), out int left) && lookup.TryGetValue(text.AsSpan(i), out int right))
                {
                    merges.Add((score, left, right));
                }
            }
        }

        return new JsonArray([
            .. merges
                .OrderByDescending(merge => merge.Score)
                .ThenBy(merge => merge.Left)
                .ThenBy(merge => merge.Right)
                .Select(merge => (JsonNode)$"{model.Pieces[merge.Left].Text} {model.Pieces[merge.Right].Text}"),
        ]);
    }

    private static JsonObject Normalizer(bool prefix)
    {
        JsonArray steps = [];
        if (prefix)
        {
            steps.Add((JsonNode)new JsonObject { ["type"] = "Prepend", ["prepend"] = WordStart });
        }

        steps.Add((JsonNode)Replace(" ", WordStart));
        return new JsonObject { ["type"] = "Sequence", ["normalizers"] = steps };
    }

    private static JsonObject Decoder(bool prefix)
    {
        JsonArray steps = [Replace(WordStart, " "), new JsonObject { ["type"] = "ByteFallback" }, new JsonObject { ["type"] = "Fuse" }];
        if (prefix)
        {
            steps.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["type"] = "Strip",
                        ["content"] = " ",
                        ["start"] = 1,
                        ["stop"] = 0,
                    }
            );
        }

        return new JsonObject { ["type"] = "Sequence", ["decoders"] = steps };
    }

    private static JsonObject Replace(string pattern, string content) =>
        new()
        {
            ["type"] = "Replace",
            ["pattern"] = new JsonObject { ["String"] = pattern },
            ["content"] = content,
        };

    private static string? ControlPiece(SentencePieceModel model, string text) =>
        model.Pieces.Any(piece => piece.Text == text && piece.Type == PieceType.Control) ? text : null;
}
