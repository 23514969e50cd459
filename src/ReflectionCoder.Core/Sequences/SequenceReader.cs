using System.Runtime.CompilerServices;
using ReflectionCoder.Files;

namespace ReflectionCoder.Sequences;

/// <summary>A conversation and its place in a file.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Conversation">The conversation.</param>
internal readonly record struct NumberedConversation(long Line, Conversation Conversation);

/// <summary>Reads conversations from JSONL, one at a time, so that a file of any size needs one line's memory.</summary>
/// <remarks>
/// UTF-8, with or without a byte order mark; lines end in LF or CRLF; blank lines are skipped; unknown fields are ignored. A file whose
/// name ends in <c>.gz</c> is unzipped.
/// Enumerating twice opens the file twice. Thread-safe.
/// </remarks>
public static class SequenceReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <returns>Its conversations in order, read as they are asked for.</returns>
    /// <exception cref="DataFormatException">A line breaks the format.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IEnumerable<Conversation> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(LineReader.Read(path)).Select(numbered => numbered.Conversation);
    }

    /// <summary>Reads a file and tells where each conversation stands in it.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <returns>Its conversations in order, read as they are asked for.</returns>
    /// <exception cref="DataFormatException">A line breaks the format.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    internal static IEnumerable<NumberedConversation> ReadNumbered(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(LineReader.Read(path));
    }

    /// <summary>Reads a stream, and leaves it open.</summary>
    /// <param name="stream">JSONL.</param>
    /// <param name="name">What errors call it.</param>
    /// <returns>Its conversations in order, read as they are asked for.</returns>
    /// <exception cref="DataFormatException">A line breaks the format.</exception>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public static IEnumerable<Conversation> Read(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Parse(LineReader.Read(stream, name)).Select(numbered => numbered.Conversation);
    }

    /// <summary>Reads a file without blocking.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Its conversations in order, read as they are asked for.</returns>
    /// <exception cref="DataFormatException">A line breaks the format.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IAsyncEnumerable<Conversation> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadFileAsync(path, cancellationToken);
    }

    /// <summary>Reads one line.</summary>
    /// <param name="line">A JSON object in UTF-8.</param>
    /// <param name="path">What errors call its source.</param>
    /// <param name="lineNumber">Its line, from 1.</param>
    /// <returns>The conversation.</returns>
    /// <exception cref="DataFormatException">The line breaks the format.</exception>
    public static Conversation Parse(ReadOnlySpan<byte> line, string path = "line", long lineNumber = 1)
    {
        TextLine.CheckText(line, path, lineNumber);
        return new ConversationParser(line, path, lineNumber).Parse();
    }

    private static IEnumerable<NumberedConversation> Parse(IEnumerable<TextLine> lines) =>
        lines.Where(line => !line.IsBlank).Select(line => new NumberedConversation(line.Number, Parse(line)));

    private static async IAsyncEnumerable<Conversation> ReadFileAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (TextLine line in LineReader.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (!line.IsBlank)
            {
                yield return Parse(line);
            }
        }
    }

    private static Conversation Parse(TextLine line) => new ConversationParser(line.Text.Span, line.Path, line.Number).Parse();
}
