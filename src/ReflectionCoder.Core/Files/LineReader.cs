using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Files;

/// <summary>Reads a file line by line. It needs memory only for the longest line, however large the file is.</summary>
/// <remarks>
/// A byte order mark is skipped. Lines end in LF; of a CRLF the CR stays, because JSON ignores it. Blank lines are returned, too. A file
/// with a name that ends in <c>.gz</c> is decompressed.
/// </remarks>
internal static class LineReader
{
    /// <summary>Reads a file; it is opened when the first line is asked for.</summary>
    /// <exception cref="DataFormatException">A line is too long, or a file named <c>.gz</c> isn't gzip.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IEnumerable<TextLine> Read(string path)
    {
        using Stream stream = Open(path, FileOptions.SequentialScan);
        foreach (TextLine line in Read(stream, path))
        {
            yield return line;
        }
    }

    /// <summary>Reads a stream. The caller closes it.</summary>
    /// <exception cref="DataFormatException">A line is too long.</exception>
    public static IEnumerable<TextLine> Read(Stream stream, string name)
    {
        using LineBuffer lines = new(name);
        for (bool more = true; more; )
        {
            more = lines.Fill(stream);
            while (lines.TryTake(more, out TextLine line))
            {
                yield return line;
            }
        }
    }

    /// <summary>Reads a file without blocking a thread; it is opened when the first line is asked for.</summary>
    /// <exception cref="DataFormatException">A line is too long, or a file named <c>.gz</c> isn't gzip.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async IAsyncEnumerable<TextLine> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stream stream = Open(path, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
        {
            await foreach (TextLine line in ReadAsync(stream, path, cancellationToken).ConfigureAwait(false))
            {
                yield return line;
            }
        }
    }

    /// <summary>Reads a stream without blocking a thread. The caller closes it.</summary>
    /// <exception cref="DataFormatException">A line is too long.</exception>
    public static async IAsyncEnumerable<TextLine> ReadAsync(
        Stream stream,
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using LineBuffer lines = new(name);
        for (bool more = true; more; )
        {
            more = await lines.FillAsync(stream, cancellationToken).ConfigureAwait(false);
            while (lines.TryTake(more, out TextLine line))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return line;
            }
        }
    }

    // FileStream gets no buffer of its own, because LineBuffer is one and bytes would be copied twice.
    private static Stream Open(string path, FileOptions options)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, options);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
