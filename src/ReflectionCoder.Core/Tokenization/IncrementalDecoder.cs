using System.Text;

namespace ReflectionCoder.Tokenization;

/// <summary>Decodes one sequence id by id and holds back bytes that don't yet form a character. Not thread-safe.</summary>
public sealed class IncrementalDecoder
{
    private readonly CodeTokenizer tokenizer;
    private readonly bool skipSpecialTokens;
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    internal IncrementalDecoder(CodeTokenizer tokenizer, bool skipSpecialTokens)
    {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes the next id.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>The text that became whole by it; may be empty.</returns>
    public string Append(int id) => Convert(tokenizer.BytesOf(id, skipSpecialTokens), flush: false);

    /// <summary>Ends the sequence.</summary>
    /// <returns>U+FFFD for bytes held back, else nothing.</returns>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> characters = new char[decoder.GetCharCount(bytes, flush)];
        decoder.GetChars(bytes, characters, flush);
        return new string(characters);
    }
}
