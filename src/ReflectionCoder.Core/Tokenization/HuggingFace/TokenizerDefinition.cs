using System.Text.Json.Nodes;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>What tokenizer files say, checked and reduced to what encoding and decoding need.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>The file that it comes from; empty for one that comes from none.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>Ordinary tokens; in a byte-level vocabulary in GPT-2's byte characters.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Merges in order.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Whether the vocabulary is one of bytes, not characters.</summary>
    public required bool IsByteLevel { get; init; }

    /// <summary>Whether a space is put before text that has none: byte-level vocabularies alone.</summary>
    public bool AddsPrefixSpace { get; init; }

    /// <summary>
    /// Whether a character out of vocabulary becomes its bytes' tokens; in a byte-level vocabulary those of a byte's character.
    /// </summary>
    public bool ByteFallback { get; init; }

    /// <summary>The token of a character out of vocabulary; null to drop it.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Whether unknown characters next to each other become one token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Whether a piece that is a token is that token, whatever the merges make of it.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>Tokens found as a whole, markers included.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>What changes text before it is split.</summary>
    public IReadOnlyList<TextNormalizer> Normalizers { get; init; } = [];

    /// <summary>What splits text into pieces.</summary>
    public IReadOnlyList<PreTokenizationStep> Steps { get; init; } = [];

    /// <summary>What makes text of tokens.</summary>
    public required IReadOnlyList<DecoderStep> Decoders { get; init; }

    /// <summary>Text of the token that begins a sequence; eos where the files name none.</summary>
    public required string Bos { get; init; }

    /// <summary>Whether the files name a bos.</summary>
    public bool HasBosToken { get; init; } = true;

    /// <summary>Text of the token that ends a sequence.</summary>
    public required string Eos { get; init; }

    /// <summary>Text of the padding token; eos where the files name none.</summary>
    public required string Pad { get; init; }

    /// <summary>Whether the files name a padding token.</summary>
    public bool HasPadToken { get; init; } = true;

    /// <summary>Texts of the further special tokens that the config names.</summary>
    public IReadOnlyList<string> AdditionalTokens { get; init; } = [];

    /// <summary>Whether Hugging Face's library puts bos before a text that it is asked to encode with special tokens.</summary>
    public bool AddsBos { get; init; }

    /// <summary>Whether it puts eos behind.</summary>
    public bool AddsEos { get; init; }

    /// <summary>Markers that the files lacked and that were appended to the vocabulary.</summary>
    public IReadOnlyList<string> AppendedMarkers { get; init; } = [];

    /// <summary>The files' own content, for saving: <c>tokenizer.json</c>, to which added tokens that it lacks are put on saving.</summary>
    public required Func<JsonObject> Source { get; init; }

    /// <summary>The files' own content, for saving: <c>tokenizer_config.json</c>.</summary>
    public required JsonObject Config { get; init; }

    /// <summary>Whether a token is a marker.</summary>
    public static bool IsMarker(string token) => Markers.All.Contains(token);
}
