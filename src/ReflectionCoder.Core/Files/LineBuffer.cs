using CommunityToolkit.HighPerformance.Buffers;

namespace ReflectionCoder.Files;

/// <summary>Cuts a stream into lines inside one pooled buffer that grows to the longest of them.</summary>
internal sealed class LineBuffer(string path) : IDisposable
{
    private const int InitialSize = 1 << 16;
    private const int LongestLine = 1 << 30;
    private MemoryOwner<byte> buffer = MemoryOwner<byte>.Allocate(InitialSize);
    private long passed; // bytes of the stream before the buffer's first
    private long number;
    private int start;
    private int searched;
    private int end;
    private bool begun;

    /// <summary>Reads on; false at the stream's end.</summary>
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

    /// <summary>Reads on without blocking; false at the stream's end.</summary>
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

    /// <summary>Takes the next line; valid until the next fill.</summary>
    /// <param name="more">Whether the stream goes on, so that a rest without a line end must wait.</param>
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

    /// <summary>Passes over a byte order mark, once enough is there to tell.</summary>
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
