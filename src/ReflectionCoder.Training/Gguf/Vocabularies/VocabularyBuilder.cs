using System.Globalization;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Gguf.Vocabularies;

/// <summary>
/// Writes a tokenizer in the format's terms, and refuses what these can't say. llama.cpp would load such a file and tokenize wrongly, or
/// end the process.
/// </summary>
internal sealed class VocabularyBuilder
{
    private const char WordStart = '\u2581';

    private readonly CodeTokenizer tokenizer;
    private readonly TokenizerDefinition definition;
    private readonly int rows;
    private readonly AddedToken[] added;
    private readonly bool hasMarkers;

    private VocabularyBuilder(CodeTokenizer tokenizer, int rows, bool withAppended)
    {
        (this.tokenizer, definition, this.rows) = (tokenizer, tokenizer.Definition, rows);
        HashSet<string> left = withAppended ? [] : [.. tokenizer.AppendedMarkers];
        added = [.. definition.AddedTokens.Where(token => !left.Contains(token.Content))];
        hasMarkers = left.Count == 0;
    }

    /// <summary>Builds the vocabulary.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="rows">Number of rows of the embeddings; the file has as many tokens.</param>
    /// <param name="withAppended">
    /// Whether the markers that the tokenizer's files didn't have belong to it: the model was given rows for them when it was loaded.
    /// </param>
    /// <param name="preTokenizer">The caller's name for how text is split; null to find it.</param>
    /// <exception cref="DataFormatException">The format can't express the tokenizer, or it has more tokens than rows.</exception>
    internal static GgufVocabulary Build(CodeTokenizer tokenizer, int rows, bool withAppended, string? preTokenizer)
    {
        VocabularyBuilder builder = new(tokenizer, rows, withAppended);
        builder.CheckAddedTokens();
        return builder.definition.IsByteLevel ? builder.BuildByteLevel(preTokenizer) : builder.BuildSentencePiece(preTokenizer);
    }

    private GgufVocabulary BuildByteLevel(string? preTokenizer)
    {
        CheckByteLevel();
        string name =
            preTokenizer
            ?? PreTokenizerNames.Find(definition)
            ?? throw Refuse(
                "pre_tokenizer",
                $"llama.cpp has no name for how this tokenizer splits text; known are {PreTokenizerNames.All}. If it has one, set "
                    + $"{nameof(GgufExportOptions)}.{nameof(GgufExportOptions.PreTokenizer)}."
            );
        return Complete(
            GgufVocabulary.ByteLevel,
            name,
            vocabulary => vocabulary with { Merges = [.. definition.Merges.Select(merge => $"{merge.Left} {merge.Right}")] }
        );
    }

    private GgufVocabulary BuildSentencePiece(string? preTokenizer)
    {
        if (preTokenizer is not null)
        {
            throw Refuse(
                "pre_tokenizer",
                $"a SentencePiece tokenizer splits no text, so it takes no {nameof(GgufExportOptions.PreTokenizer)}; expected null."
            );
        }

        bool addsSpace = CheckSentencePiece();
        return Complete(
            GgufVocabulary.SentencePiece,
            "default",
            vocabulary => vocabulary with { Scores = SentencePieceScores.Compute(definition, vocabulary.Tokens), AddsSpace = addsSpace }
        );
    }

    private GgufVocabulary Complete(string model, string pre, Func<GgufVocabulary, GgufVocabulary> finish)
    {
        (string[] tokens, GgufTokenType[] types) = TokenTable.Build(definition, added, rows);
        return finish(
            new GgufVocabulary
            {
                Model = model,
                Pre = pre,
                Tokens = tokens,
                Types = types,
                Bos = tokenizer.BosTokenId,
                Eos = tokenizer.EosTokenId,
                Pad = tokenizer.HasPadToken ? tokenizer.PadTokenId : null,
                Unknown = definition.UnknownToken is { } unknown ? definition.Vocabulary[unknown] : null,
                Ends = hasMarkers ? (tokenizer.MarkerIds.EndOfMessage, tokenizer.MarkerIds.EndOfBlock) : null,
                // A fine-tuned model has seen bos (eos where there is none) before every prompt, and eos after none.
                AddsBos = hasMarkers || tokenizer.AddsBos,
                AddsEos = !hasMarkers && tokenizer.AddsEos,
                Template = hasMarkers ? ChatTemplate.Create(tokenizer.HasBosToken) : null,
            }
        );
    }

    private void CheckAddedTokens()
    {
        foreach (AddedToken token in added)
        {
            string? field =
                token.IsSingleWord ? "single_word"
                : token.StripsLeft ? "lstrip"
                : token.StripsRight ? "rstrip"
                : null;
            if (field is not null)
            {
                throw Refuse("added_tokens", $"the token '{token.Content}' has {field}, which the format can't say; expected false.");
            }
        }
    }

    private void CheckByteLevel()
    {
        if (definition.AddsPrefixSpace)
        {
            throw Refuse("pre_tokenizer.add_prefix_space", "llama.cpp puts no space before the text of a byte-level tokenizer.");
        }

        if (definition.Normalizers.FirstOrDefault(normalizer => normalizer is not CompositionNormalizer) is { } other)
        {
            throw Refuse("normalizer", $"{Name(other)} of a byte-level tokenizer can't be expressed; expected NFC or none.");
        }

        bool lacksBytes = Enumerable
            .Range(0, 256)
            .Any(value => !definition.Vocabulary.ContainsKey(ByteCharacters.Of((byte)value).ToString(CultureInfo.InvariantCulture)));
        if (lacksBytes && (definition.UnknownToken is not null || definition.ByteFallback))
        {
            throw Refuse("model.unk_token", "bytes without a token become others here, and llama.cpp drops them.");
        }
    }

    /// <summary>Whether a space is put before a text.</summary>
    private bool CheckSentencePiece()
    {
        if (definition.IgnoresMerges)
        {
            throw Refuse("model.ignore_merges", "llama.cpp doesn't know it for SentencePiece tokenizers; expected false.");
        }

        for (int value = 0; value < 256; value++)
        {
            string token = string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");
            if (!definition.ByteFallback || !definition.Vocabulary.ContainsKey(token))
            {
                throw Refuse("model.byte_fallback", $"llama.cpp needs a token for each byte, and '{token}' is missing or not used.");
            }
        }

        ReplaceNormalizer escape = new(" ", WordStart.ToString());
        switch (definition.Normalizers, definition.Steps)
        {
            case ([PrependNormalizer { Prefix: "\u2581" }, ReplaceNormalizer replace], []) when replace == escape:
                return true;
            case ([ReplaceNormalizer replace], []) when replace == escape:
                return false;
            case ([ReplaceNormalizer replace], [PatternSplit split]) when replace == escape && IsAtSpaces(split):
                return false; // no space is left to split at
            case ([], [MetaspaceStep { Replacement: WordStart, Scheme: PrependScheme.Never, Splits: false }]):
                return false;
            case (_, [MetaspaceStep { Scheme: not PrependScheme.Never } step]):
                throw Refuse(
                    "pre_tokenizer.prepend_scheme",
                    $"'{(step.Scheme == PrependScheme.First ? "first" : "always")}' can't be expressed: llama.cpp puts a space before the "
                        + "text after every special token, whether one is there or not."
                );
            default:
                throw Refuse(
                    definition.Steps.Count > 0 ? "pre_tokenizer" : "normalizer",
                    "these steps can't be expressed for a tokenizer of characters; expected Prepend and Replace of SentencePiece."
                );
        }
    }

    private static bool IsAtSpaces(PatternSplit split) =>
        !split.Inverts && split.Pattern.ToString() == SplitPattern.CompileLiteral(" ").ToString();

    private static string Name(TextNormalizer normalizer) => normalizer.GetType().Name.Replace("Normalizer", "", StringComparison.Ordinal);

    private DataFormatException Refuse(string field, string problem) => TokenTable.Refuse(definition, field, problem);
}
