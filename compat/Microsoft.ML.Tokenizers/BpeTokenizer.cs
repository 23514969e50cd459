using System.Collections.ObjectModel;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Tokenizers;

/// <summary>Byte pair encoding. Thread-safe.</summary>
public sealed partial class BpeTokenizer : Tokenizer
{
    private readonly Dictionary<string, int> vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabularyBySpan;
    private readonly Dictionary<int, string> tokens;
    private readonly Dictionary<int, string> specialTokensById;
    private readonly int[] byteIds;
    private readonly int unknownId = -1;
    private readonly int beginningId = -1;
    private readonly int endId = -1;
    private readonly string? endOfSentenceToken;
    private readonly BpeMerger merger;
    private readonly PreTokenizer preTokenizer;
    private readonly Normalizer? normalizer;
    private readonly WordCache cache = new();
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? specialTokensBySpan;

    private BpeTokenizer(BpeOptions options)
    {
        vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        tokens = [];
        foreach ((string token, int id) in options.Vocabulary)
        {
            vocabulary.Add(token, id);
            tokens.Add(id, token);
        }

        if (vocabulary.Count == 0)
        {
            throw new InvalidOperationException("The vocabulary is empty.");
        }

        vocabularyBySpan = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        SpecialTokens = options.SpecialTokens;
        specialTokensBySpan = SpecialTokens is null ? null : new Dictionary<string, int>(SpecialTokens, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        specialTokensById = options.SpecialTokens?.ToDictionary(pair => pair.Value, pair => pair.Key) ?? [];
        UnknownToken = options.UnknownToken;
        FuseUnknownTokens = options.FuseUnknownTokens;
        ContinuingSubwordPrefix = options.ContinuingSubwordPrefix;
        EndOfWordSuffix = options.EndOfWordSuffix;
        ByteLevel = options.ByteLevel;
        BeginningOfSentenceToken = options.BeginningOfSentenceToken;
        endOfSentenceToken = options.EndOfSentenceToken;
        preTokenizer = options.PreTokenizer ?? WordOrNonWordPreTokenizer.Instance;
        normalizer = options.Normalizer;
        if (UnknownToken is not null && !vocabulary.TryGetValue(UnknownToken, out unknownId))
        {
            throw new InvalidOperationException($"The unknown token '{UnknownToken}' is not in the vocabulary.");
        }

        beginningId = SentenceTokenId(BeginningOfSentenceToken);
        endId = SentenceTokenId(endOfSentenceToken);
        byteIds = [.. ByteAlphabet.ToChar.Select(character => vocabulary.GetValueOrDefault(character.ToString(), -1))];
        merger = new BpeMerger(vocabulary, options.Merges ?? [], ContinuingSubwordPrefix?.Length ?? 0);
    }

    public override PreTokenizer? PreTokenizer => preTokenizer;

    public override Normalizer? Normalizer => normalizer;

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public string? UnknownToken { get; }

    public string? ContinuingSubwordPrefix { get; }

    public string? EndOfWordSuffix { get; }

    public bool FuseUnknownTokens { get; }

    public bool ByteLevel { get; }

    public string? BeginningOfSentenceToken { get; }

    public IReadOnlyDictionary<string, int> Vocabulary => new ReadOnlyDictionary<string, int>(vocabulary);

    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount);
        List<int> ids = [];
        (string? normalized, int consumed) = settings.MaxTokenCount == int.MaxValue
            ? EncodeAll(text, textSpan, settings, ids)
            : Encode(text, textSpan, settings, (id, _, _) => ids.Add(id));
        return new EncodeResults<int> { Tokens = ids, NormalizedText = normalized, CharsConsumed = consumed };
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        List<EncodedToken> encoded = [];
        (string? normalized, int consumed) = Encode(
            text,
            textSpan,
            settings,
            (id, start, end) => encoded.Add(new EncodedToken(id, TextOf(id, considerSpecialTokens: true), start..end)));
        return new EncodeResults<EncodedToken> { Tokens = encoded, NormalizedText = normalized, CharsConsumed = consumed };
    }

    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount);
        int count = 0;
        Encode(text, textSpan, settings, (_, _, _) => count++);
        return count;
    }

    private int SentenceTokenId(string? token)
    {
        int id = -1;
        return token is null || vocabulary.TryGetValue(token, out id) || SpecialTokens?.TryGetValue(token, out id) == true
            ? id
            : throw new InvalidOperationException($"The sentence token '{token}' is not in the vocabulary.");
    }

    /// <summary>Encodes to at most the asked number of tokens and hands each on with its characters' range.</summary>
    private (string? Normalized, int Consumed) Encode(
        string? text,
        ReadOnlySpan<char> textSpan,
        EncodeSettings settings,
        Action<int, int, int> emit)
    {
        IEnumerable<(int Offset, int Length)> pieces = Prepare(text, textSpan, settings, out string? normalized, out ReadOnlySpan<char> source);
        if (source.IsEmpty)
        {
            return (normalized, 0);
        }

        int left = settings.MaxTokenCount;
        int consumed = 0;
        if (beginningId >= 0)
        {
            emit(beginningId, 0, 0);
            left--;
        }

        foreach ((int offset, int length) in pieces)
        {
            if (left == 0)
            {
                return (normalized, consumed);
            }

            ReadOnlySpan<char> piece = source.Slice(offset, length);
            if (specialTokensBySpan?.TryGetValue(piece, out int special) == true)
            {
                emit(special, offset, offset + length);
                left--;
                consumed = offset + length;
                continue;
            }

            CharCursor cursor = new(piece, ByteLevel);
            foreach (Symbol symbol in WordOf(piece))
            {
                if (left == 0)
                {
                    return (normalized, consumed);
                }

                int start = cursor.Index;
                consumed = offset + cursor.Advance(symbol.Length);
                emit(symbol.Id, offset + start, consumed);
                left--;
            }
        }

        if (endId >= 0 && left > 0)
        {
            emit(endId, source.Length, source.Length);
        }

        return (normalized, source.Length);
    }

    /// <summary>Encodes without limit, which needs no places of tokens.</summary>
    private (string? Normalized, int Consumed) EncodeAll(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, List<int> ids)
    {
        IEnumerable<(int Offset, int Length)> pieces = Prepare(text, textSpan, settings, out string? normalized, out ReadOnlySpan<char> source);
        if (source.IsEmpty)
        {
            return (normalized, 0);
        }

        ids.EnsureCapacity(source.Length / 3);
        if (beginningId >= 0)
        {
            ids.Add(beginningId);
        }

        if (pieces is List<(int Offset, int Length)> list)
        {
            foreach ((int offset, int length) in CollectionsMarshal.AsSpan(list))
            {
                EncodePiece(source.Slice(offset, length), ids);
            }
        }
        else
        {
            foreach ((int offset, int length) in pieces)
            {
                EncodePiece(source.Slice(offset, length), ids);
            }
        }

        if (endId >= 0)
        {
            ids.Add(endId);
        }

        return (normalized, source.Length);
    }

    private void EncodePiece(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (specialTokensBySpan?.TryGetValue(piece, out int special) == true)
        {
            ids.Add(special);
            return;
        }

        foreach (Symbol symbol in WordOf(piece))
        {
            ids.Add(symbol.Id);
        }
    }

    /// <summary>Normalizes and splits.</summary>
    private IEnumerable<(int Offset, int Length)> Prepare(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, out string? normalized, out ReadOnlySpan<char> source)
    {
        normalized = null;
        source = text is null ? textSpan : text.AsSpan();
        if (source.IsEmpty)
        {
            return [];
        }

        normalized = settings.ConsiderNormalization ? normalizer?.Normalize(source.ToString()) : null;
        source = normalized is null ? source : normalized.AsSpan();
        return !settings.ConsiderPreTokenization ? [(0, source.Length)]
            : normalized is not null ? preTokenizer.PreTokenize(normalized)
            : text is not null ? preTokenizer.PreTokenize(text)
            : preTokenizer.PreTokenize(textSpan);
    }
}
