using System.Runtime.CompilerServices;
using ReflectionCoder.Files;

namespace ReflectionCoder.Sequences;

/// <summary>A conversation and the line it came from.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Conversation">The conversation.</param>
internal readonly record struct NumberedConversation(long Line, Conversation Conversation);

/// <summary>Reads conversations from JSONL, one at a time: only one line is in memory, however large the file is.</summary>
/// <remarks>
/// The text is UTF-8, with or without a byte order mark. Lines end in LF or CRLF. Blank lines are skipped, unknown fields are ignored. A
/// file with a name that ends in <c>.gz</c> is decompressed. A file is opened when the enumeration starts, and closed when it ends; errors
/// are thrown then. Enumerating twice reads the file twice. Thread-safe.
/// </remarks>
public static class SequenceReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <returns>The conversations in order; each is read when it is asked for.</returns>
    /// <exception cref="DataFormatException">A line doesn't have the format.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IEnumerable<Conversation> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(LineReader.Read(path)).Select(numbered => numbered.Conversation);
    }

    /// <summary>Reads a file, and gives the line number of each conversation too.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <returns>The conversations in order; each is read when it is asked for.</returns>
    /// <exception cref="DataFormatException">A line doesn't have the format.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    internal static IEnumerable<NumberedConversation> ReadNumbered(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(LineReader.Read(path));
    }

    /// <summary>Reads a stream. The caller closes it.</summary>
    /// <param name="stream">JSONL, not compressed.</param>
    /// <param name="name">The name that errors give as the path. The default value is <c>stream</c>.</param>
    /// <returns>The conversations in order; each is read when it is asked for.</returns>
    /// <exception cref="DataFormatException">A line doesn't have the format.</exception>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public static IEnumerable<Conversation> Read(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Parse(LineReader.Read(stream, name)).Select(numbered => numbered.Conversation);
    }

    /// <summary>Reads a file without blocking a thread.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The conversations in order; each is read when it is asked for.</returns>
    /// <exception cref="DataFormatException">A line doesn't have the format.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IAsyncEnumerable<Conversation> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadFileAsync(path, cancellationToken);
    }

    /// <summary>Reads the conversation of one line.</summary>
    /// <param name="line">A JSON object in UTF-8, without the line's end.</param>
    /// <param name="path">The path that errors give. The default value is <c>line</c>.</param>
    /// <param name="lineNumber">The line number that errors give, from 1. The default value is 1.</param>
    /// <returns>The conversation.</returns>
    /// <exception cref="DataFormatException">The line doesn't have the format.</exception>
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
