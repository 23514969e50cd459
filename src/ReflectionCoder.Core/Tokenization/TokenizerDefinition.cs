using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Tokenization;

/// <summary>What a <c>tokenizer.json</c> and the files beside it say, checked and reduced to what encoding needs.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>Ordinary tokens, in GPT-2's byte characters.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Merges in order, two tokens with a space between.</summary>
    public required IReadOnlyList<string> Merges { get; init; }

    /// <summary>Tokens found as a whole, markers included.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Expressions that split text, each on what the one before left.</summary>
    public required IReadOnlyList<Regex> SplitPatterns { get; init; }

    /// <summary>Whether text is brought to Unicode's form C first.</summary>
    public required bool ComposesCharacters { get; init; }

    /// <summary>Text of the token that begins a sequence.</summary>
    public required string Bos { get; init; }

    /// <summary>Text of the token that ends a sequence.</summary>
    public required string Eos { get; init; }

    /// <summary>Text of the padding token.</summary>
    public required string Pad { get; init; }

    /// <summary>Markers that the files lacked and that were appended to the vocabulary.</summary>
    public required IReadOnlyList<string> AppendedMarkers { get; init; }

    /// <summary>The files' own content, for saving: <c>tokenizer.json</c>, with appended markers put in on demand.</summary>
    public required Func<JsonObject> Source { get; init; }

    /// <summary>The files' own content, for saving: <c>tokenizer_config.json</c>.</summary>
    public required JsonObject Config { get; init; }
}
