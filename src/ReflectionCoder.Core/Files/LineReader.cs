using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace ReflectionCoder.Files;

/// <summary>Reads a file line by line, so that a file of any size needs its longest line's memory.</summary>
/// <remarks>
/// A byte order mark is no part of the first line. Lines end in LF; the CR of a CRLF stays, which JSON passes over. Blank lines are the
/// caller's to skip. A file whose name ends in <c>.gz</c> is unzipped.
/// </remarks>
internal static class LineReader
{
    /// <summary>Reads a file; it is opened when the first line is asked for.</summary>
    /// <exception cref="DataFormatException">A line is too long, or the file no gzip where its name says so.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IEnumerable<TextLine> Read(string path)
    {
        using Stream stream = Open(path, FileOptions.SequentialScan);
        foreach (TextLine line in Read(stream, path))
        {
            yield return line;
        }
    }

    /// <summary>Reads a stream, and leaves it open.</summary>
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

    /// <summary>Reads a file without blocking; it is opened when the first line is asked for.</summary>
    /// <exception cref="DataFormatException">A line is too long, or the file no gzip where its name says so.</exception>
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

    /// <summary>Reads a stream without blocking, and leaves it open.</summary>
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

    // The line buffer is the buffer: FileStream's own would only copy.
    private static Stream Open(string path, FileOptions options)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, options);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
