using CommunityToolkit.HighPerformance.Buffers;
using ReflectionCoder.Files;

namespace ReflectionCoder.Sequences;

/// <summary>Cuts a stream into lines inside one pooled buffer that grows to the longest of them.</summary>
internal sealed class LineBuffer(string path) : IDisposable
{
    private const int InitialSize = 1 << 16;
    private const int LongestLine = 1 << 30;
    private MemoryOwner<byte> buffer = MemoryOwner<byte>.Allocate(InitialSize);
    private int start;
    private int searched;
    private int end;
    private bool begun;

    /// <summary>Number of the line last taken, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Reads on; false at the stream's end.</summary>
    public bool Fill(Stream stream)
    {
        MakeRoom();
        return Filled(stream.Read(buffer.Span[end..]));
    }

    /// <summary>Reads on without blocking; false at the stream's end.</summary>
    public async ValueTask<bool> FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        MakeRoom();
        return Filled(await stream.ReadAsync(buffer.Memory[end..], cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes the next line that isn't blank, without its line end; valid until the next fill.</summary>
    /// <param name="more">Whether the stream goes on, so that a rest without a line end must wait.</param>
    /// <param name="line">The line.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryTake(bool more, out ReadOnlyMemory<byte> line)
    {
        while (start < end)
        {
            int newline = buffer.Span[searched..end].IndexOf((byte)'\n');
            if (newline < 0 && more)
            {
                searched = end;
                break;
            }

            int stop = newline < 0 ? end : searched + newline;
            line = buffer.Memory[start..stop];
            start = searched = newline < 0 ? end : stop + 1;
            Number++;
            if (!IsBlank(line.Span))
            {
                return true;
            }
        }

        line = default;
        return false;
    }

    public void Dispose() => buffer.Dispose();

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;

    private void MakeRoom()
    {
        int kept = end - start;
        if (kept >= LongestLine)
        {
            throw new DataFormatException(path, Number + 1, field: null, $"the line is longer than {LongestLine} bytes.");
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

        searched -= start;
        start = 0;
        end = kept;
    }

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
}
