using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>Byte pair encoding. Thread-safe.</summary>
public sealed partial class BpeTokenizer : Tokenizer
{
    private const int CacheCapacity = 1 << 16;
    private const int LongestCachedWord = 32;
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
    private readonly ConcurrentDictionary<string, Symbol[]> cache = new();
    private readonly ConcurrentDictionary<string, Symbol[]>.AlternateLookup<ReadOnlySpan<char>> cacheBySpan;
    private int cached;

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
        cacheBySpan = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        SpecialTokens = options.SpecialTokens;
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
        (string? normalized, int consumed) = Encode(text, textSpan, settings, (id, _, _) => ids.Add(id));
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
        ReadOnlySpan<char> source = text is null ? textSpan : text.AsSpan();
        if (source.IsEmpty)
        {
            return (null, 0);
        }

        string? normalized = settings.ConsiderNormalization ? normalizer?.Normalize(source.ToString()) : null;
        source = normalized is null ? source : normalized.AsSpan();
        IEnumerable<(int Offset, int Length)> pieces = !settings.ConsiderPreTokenization ? [(0, source.Length)]
            : normalized is not null ? preTokenizer.PreTokenize(normalized)
            : text is not null ? preTokenizer.PreTokenize(text)
            : preTokenizer.PreTokenize(textSpan);
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
            if (SpecialTokens?.TryGetValue(piece.ToString(), out int special) == true)
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

    private Symbol[] WordOf(ReadOnlySpan<char> piece)
    {
        if (piece.Length > LongestCachedWord)
        {
            return Merge(piece);
        }

        if (cacheBySpan.TryGetValue(piece, out Symbol[]? word))
        {
            return word;
        }

        word = Merge(piece);
        if (Interlocked.Increment(ref cached) > CacheCapacity)
        {
            cache.Clear();
            cached = 0;
        }

        cacheBySpan[piece] = word;
        return word;
    }

    private Symbol[] Merge(ReadOnlySpan<char> piece)
    {
        Symbol[] buffer = ArrayPool<Symbol>.Shared.Rent(Math.Max(1, ByteLevel ? piece.Length * 3 : piece.Length));
        int count = ByteLevel && ContinuingSubwordPrefix is null or "" && EndOfWordSuffix is null or ""
            ? SplitBytes(piece, buffer)
            : SplitCharacters(ByteLevel ? ToAlphabet(piece) : piece, buffer);
        Symbol[] merged = merger.Merge(buffer.AsSpan(0, count));
        ArrayPool<Symbol>.Shared.Return(buffer);
        return merged;
    }

    private static string ToAlphabet(ReadOnlySpan<char> piece)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        return string.Create(bytes.Length, bytes, (span, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                span[i] = ByteAlphabet.ToChar[source[i]];
            }
        });
    }

    private int SplitBytes(ReadOnlySpan<char> piece, Symbol[] symbols)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(piece.Length * 3);
        int length = Encoding.UTF8.GetBytes(piece, bytes);
        int count = 0;
        bool unknown = false;
        for (int i = 0; i < length; i++)
        {
            int id = byteIds[bytes[i]];
            count = Append(symbols, count, id, 1, ref unknown);
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return count;
    }

    private int SplitCharacters(ReadOnlySpan<char> piece, Symbol[] symbols)
    {
        int count = 0;
        bool unknown = false;
        for (int i = 0, length; i < piece.Length; i += length)
        {
            length = char.IsHighSurrogate(piece[i]) && i + 1 < piece.Length && char.IsLowSurrogate(piece[i + 1]) ? 2 : 1;
            bool affixed = (i > 0 && ContinuingSubwordPrefix is not null) || (i + length == piece.Length && EndOfWordSuffix is not null);
            ReadOnlySpan<char> symbol = piece.Slice(i, length);
            if (affixed)
            {
                symbol = string.Concat(
                    i > 0 ? ContinuingSubwordPrefix : null,
                    symbol,
                    i + length == piece.Length ? EndOfWordSuffix : null);
            }

            count = Append(symbols, count, vocabularyBySpan.TryGetValue(symbol, out int id) ? id : -1, length, ref unknown);
        }

        return count;
    }

    /// <summary>Adds a symbol; one out of vocabulary becomes the unknown token (joined to the one before when fusing), or is lost.</summary>
    private int Append(Symbol[] symbols, int count, int id, int length, ref bool unknown)
    {
        if (id >= 0)
        {
            unknown = false;
            symbols[count] = new Symbol(id, length);
            return count + 1;
        }

        if (unknownId < 0)
        {
            return count;
        }

        if (unknown && FuseUnknownTokens)
        {
            symbols[count - 1] = new Symbol(unknownId, symbols[count - 1].Length + length);
            return count;
        }

        unknown = true;
        symbols[count] = new Symbol(unknownId, length);
        return count + 1;
    }
}
