using System.Buffers;

namespace Microsoft.ML.Tokenizers;

/// <summary>Turns text into token ids and back.</summary>
public abstract class Tokenizer
{
    protected Tokenizer()
    {
    }

    public virtual PreTokenizer? PreTokenizer => null;

    public virtual Normalizer? Normalizer => null;

    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, text.AsSpan(), Settings(int.MaxValue, considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(null, text, Settings(int.MaxValue, considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(
        string text,
        int maxTokenCount,
        out string? normalizedText,
        out int charsConsumed,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        Unpack(
            EncodeToIds(text, text.AsSpan(), Settings(maxTokenCount, considerPreTokenization, considerNormalization)),
            out normalizedText,
            out charsConsumed);

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text,
        int maxTokenCount,
        out string? normalizedText,
        out int charsConsumed,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        Unpack(
            EncodeToIds(null, text, Settings(maxTokenCount, considerPreTokenization, considerNormalization)),
            out normalizedText,
            out charsConsumed);

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        string text,
        out string? normalizedText,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        Unpack(
            EncodeToTokens(text, text.AsSpan(), Settings(int.MaxValue, considerPreTokenization, considerNormalization)),
            out normalizedText,
            out _);

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        ReadOnlySpan<char> text,
        out string? normalizedText,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        Unpack(
            EncodeToTokens(null, text, Settings(int.MaxValue, considerPreTokenization, considerNormalization)),
            out normalizedText,
            out _);

    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(text, text.AsSpan(), Settings(int.MaxValue, considerPreTokenization, considerNormalization));

    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(null, text, Settings(int.MaxValue, considerPreTokenization, considerNormalization));

    public virtual string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        for (int length = 1024; ; length = checked(length * 2))
        {
            char[] text = ArrayPool<char>.Shared.Rent(length);
            try
            {
                switch (Decode(ids, text, out _, out int written))
                {
                    case OperationStatus.Done:
                        return new string(text, 0, written);
                    case OperationStatus.DestinationTooSmall:
                        break;
                    default:
                        throw new InvalidOperationException("The provided token IDs could not be decoded.");
                }
            }
            finally
            {
                ArrayPool<char>.Shared.Return(text);
            }
        }
    }

    public abstract OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten);

    protected virtual EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        EncodeResults<EncodedToken> tokens = EncodeToTokens(text, textSpan, settings);
        return new EncodeResults<int>
        {
            Tokens = [.. tokens.Tokens.Select(token => token.Id)],
            NormalizedText = tokens.NormalizedText,
            CharsConsumed = tokens.CharsConsumed,
        };
    }

    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    protected virtual int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToTokens(text, textSpan, settings).Tokens.Count;

    private static EncodeSettings Settings(int maxTokenCount, bool considerPreTokenization, bool considerNormalization) => new()
    {
        MaxTokenCount = maxTokenCount,
        ConsiderPreTokenization = considerPreTokenization,
        ConsiderNormalization = considerNormalization,
    };

    private static IReadOnlyList<T> Unpack<T>(EncodeResults<T> results, out string? normalizedText, out int charsConsumed)
    {
        normalizedText = results.NormalizedText;
        charsConsumed = results.CharsConsumed;
        return results.Tokens;
    }
}
