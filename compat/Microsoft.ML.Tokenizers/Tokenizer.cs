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
        EncodeToIds(text, default, Settings(int.MaxValue, considerPreTokenization, considerNormalization)).Tokens;

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
            EncodeToIds(text, default, Settings(maxTokenCount, considerPreTokenization, considerNormalization)),
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
        out string? normalizedString,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        Unpack(
            EncodeToTokens(text, default, Settings(int.MaxValue, considerPreTokenization, considerNormalization)),
            out normalizedString,
            out _);

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        ReadOnlySpan<char> text,
        out string? normalizedString,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        Unpack(
            EncodeToTokens(null, text, Settings(int.MaxValue, considerPreTokenization, considerNormalization)),
            out normalizedString,
            out _);

    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(text, default, Settings(int.MaxValue, considerPreTokenization, considerNormalization));

    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(null, text, Settings(int.MaxValue, considerPreTokenization, considerNormalization));

    public abstract string? Decode(IEnumerable<int> ids);

    public abstract OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten);

    protected abstract EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    protected abstract int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

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
