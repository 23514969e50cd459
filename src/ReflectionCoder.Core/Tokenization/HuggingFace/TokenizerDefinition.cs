using System.Text.Json.Nodes;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Everything in tokenizer files that encoding, decoding and saving need, after it was checked.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>Path of the file that was read; empty if there was none.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>The ids of the ordinary tokens. Those of a byte-level vocabulary are written in GPT-2's byte characters.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>The merges in order of their rank.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Whether the vocabulary consists of bytes and not of characters.</summary>
    public required bool IsByteLevel { get; init; }

    /// <summary>Whether a space is put before a text that doesn't begin with one. Only for byte-level vocabularies.</summary>
    public bool AddsPrefixSpace { get; init; }

    /// <summary>
    /// Whether a character that isn't in the vocabulary becomes the tokens of its bytes. In a byte-level vocabulary that is a byte
    /// character, and its UTF-8 bytes are meant.
    /// </summary>
    public bool ByteFallback { get; init; }

    /// <summary>The token for a character that isn't in the vocabulary; null if such characters are dropped.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Whether unknown characters next to each other become one token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Whether a piece that equals a token becomes that token without any merge (<c>ignore_merges</c>).</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>The tokens that are searched for as a whole, including the markers.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>The steps that change text before it is split.</summary>
    public IReadOnlyList<TextNormalizer> Normalizers { get; init; } = [];

    /// <summary>The pre-tokenization steps, which split text into pieces.</summary>
    public IReadOnlyList<PreTokenizationStep> Steps { get; init; } = [];

    /// <summary>The steps that turn tokens into text.</summary>
    public required IReadOnlyList<DecoderStep> Decoders { get; init; }

    /// <summary>Text of the token that begins a sequence; eos if the files name none.</summary>
    public required string Bos { get; init; }

    /// <summary>Whether the files name a bos.</summary>
    public bool HasBosToken { get; init; } = true;

    /// <summary>Text of the token that ends a sequence.</summary>
    public required string Eos { get; init; }

    /// <summary>Text of the padding token; eos if the files name none.</summary>
    public required string Pad { get; init; }

    /// <summary>Whether the files name a padding token.</summary>
    public bool HasPadToken { get; init; } = true;

    /// <summary>Texts of the additional special tokens that the config names.</summary>
    public IReadOnlyList<string> AdditionalTokens { get; init; } = [];

    /// <summary>Whether Hugging Face's library puts bos before a text, if it encodes with <c>add_special_tokens</c>.</summary>
    public bool AddsBos { get; init; }

    /// <summary>Whether Hugging Face's library puts eos after a text, if it encodes with <c>add_special_tokens</c>.</summary>
    public bool AddsEos { get; init; }

    /// <summary>The markers that the files didn't have. They were appended to the vocabulary.</summary>
    public IReadOnlyList<string> AppendedMarkers { get; init; } = [];

    /// <summary>
    /// Gives the content of <c>tokenizer.json</c> as it was read. Saving starts from it, and adds the added tokens that it lacks.
    /// </summary>
    public required Func<JsonObject> Source { get; init; }

    /// <summary>The content of <c>tokenizer_config.json</c> as it was read. Saving starts from it.</summary>
    public required JsonObject Config { get; init; }

    /// <summary>Whether a token is a marker.</summary>
    public static bool IsMarker(string token) => Markers.All.Contains(token);
}
