using CommunityToolkit.HighPerformance.Buffers;

namespace ReflectionCoder.Files;

/// <summary>Splits a stream into lines, in one pooled buffer that grows as needed for the longest line.</summary>
internal sealed class LineBuffer(string path) : IDisposable
{
    private const int InitialSize = 1 << 16;
    private const int LongestLine = 1 << 30;
    private MemoryOwner<byte> buffer = MemoryOwner<byte>.Allocate(InitialSize);
    private long passed; // how many bytes of the stream come before the buffer
    private long number;
    private int start;
    private int searched;
    private int end;
    private bool begun;

    /// <summary>Reads more of the stream; false at its end.</summary>
    public bool Fill(Stream stream)
    {
        MakeRoom();
        try
        {
            return Filled(stream.Read(buffer.Span[end..]));
        }
        catch (InvalidDataException exception)
        {
            throw NotGzip(exception);
        }
    }

    /// <summary>Reads more of the stream without blocking a thread; false at its end.</summary>
    public async ValueTask<bool> FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        MakeRoom();
        try
        {
            return Filled(await stream.ReadAsync(buffer.Memory[end..], cancellationToken).ConfigureAwait(false));
        }
        catch (InvalidDataException exception)
        {
            throw NotGzip(exception);
        }
    }

    /// <summary>Takes the next line from the buffer. It is valid until the buffer is filled again.</summary>
    /// <param name="more">Whether the stream has more bytes. If so, a last part without a line feed isn't a line yet.</param>
    /// <param name="line">The line.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryTake(bool more, out TextLine line)
    {
        line = default;
        int newline = begun ? buffer.Span[searched..end].IndexOf((byte)'\n') : -1;
        if (start == end || (newline < 0 && more))
        {
            searched = begun ? end : searched;
            return false;
        }

        int stop = newline < 0 ? end : searched + newline;
        ReadOnlyMemory<byte> bytes = buffer.Memory[start..stop];
        start = searched = newline < 0 ? end : stop + 1;
        line = new TextLine(path, ++number, bytes, passed + start, IsWhole: newline >= 0);
        return true;
    }

    public void Dispose() => buffer.Dispose();

    private void MakeRoom()
    {
        int kept = end - start;
        if (kept >= LongestLine)
        {
            throw new DataFormatException(path, number + 1, field: null, $"the line is longer than {LongestLine} bytes.");
        }

        if (kept > buffer.Length / 2)
        {
            MemoryOwner<byte> larger = MemoryOwner<byte>.Allocate(buffer.Length * 2);
            buffer.Span[start..end].CopyTo(larger.Span);
            buffer.Dispose();
            buffer = larger;
        }
        else
        {
            buffer.Span[start..end].CopyTo(buffer.Span);
        }

        passed += start;
        searched -= start;
        start = 0;
        end = kept;
    }

    /// <summary>Skips a byte order mark, as soon as there are enough bytes to recognize it.</summary>
    private bool Filled(int read)
    {
        end += read;
        if (!begun && (end >= 3 || read == 0))
        {
            begun = true;
            ReadOnlySpan<byte> mark = [0xef, 0xbb, 0xbf];
            if (buffer.Span[..end].StartsWith(mark))
            {
                start = searched = mark.Length;
            }
        }

        return read > 0;
    }

    private DataFormatException NotGzip(InvalidDataException exception) =>
        new(path, number + 1, $"not readable as gzip: {exception.Message}", exception);
}
