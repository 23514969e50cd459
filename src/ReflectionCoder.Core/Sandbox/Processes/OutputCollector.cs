using System.Buffers;
using System.Globalization;
using System.Text;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>
/// Reads a stream to its end but keeps only its beginning and its end, so that a program can't fill the memory by printing. Thread-safe.
/// </summary>
internal sealed class OutputCollector
{
    /// <summary>A program is stopped if it prints more than this many times the bytes that are kept.</summary>
    public const int FloodFactor = 16;

    private readonly Lock gate = new();
    private readonly int headSize;
    private readonly int tailSize;
    private readonly Action onFlood;
    private readonly ArrayBufferWriter<byte> head = new();
    private byte[] tail = [];
    private long total;

    /// <summary>Creates the collector.</summary>
    /// <param name="keep">How many bytes are kept: half of them from the beginning, half from the end.</param>
    /// <param name="onFlood">Called once, when more than <see cref="FloodFactor"/> times as many bytes have come.</param>
    public OutputCollector(int keep, Action onFlood)
    {
        tailSize = keep / 2;
        headSize = keep - tailSize;
        this.onFlood = onFlood;
    }

    /// <summary>Whether more bytes came than were kept.</summary>
    public bool IsCut
    {
        get
        {
            lock (gate)
            {
                return total > headSize + (long)tailSize;
            }
        }
    }

    /// <summary>Reads to the end of the stream.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(32 << 10);
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                Append(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bool floods;
        lock (gate)
        {
            long flood = (headSize + (long)tailSize) * FloodFactor;
            floods = total <= flood && total + bytes.Length > flood;
            int toHead = Math.Min(bytes.Length, headSize - head.WrittenCount);
            head.Write(bytes[..toHead]);
            total += toHead;
            AppendToTail(bytes[toHead..]);
        }

        if (floods)
        {
            onFlood();
        }
    }

    /// <summary>
    /// The bytes kept, as text; if bytes are missing, a line between beginning and end says how many. Bytes that aren't UTF-8 become
    /// U+FFFD. A character that was cut is left out.
    /// </summary>
    public string GetText()
    {
        lock (gate)
        {
            byte[] end = GetTail();
            if (total == head.WrittenCount + end.Length)
            {
                return Encoding.UTF8.GetString([.. head.WrittenSpan, .. end]);
            }

            ReadOnlySpan<byte> first = WithoutCutEnd(head.WrittenSpan);
            ReadOnlySpan<byte> last = WithoutCutStart(end);
            long missing = total - first.Length - last.Length;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Encoding.UTF8.GetString(first)}\n[... {missing} bytes left out ...]\n{Encoding.UTF8.GetString(last)}"
            );
        }
    }

    private static ReadOnlySpan<byte> WithoutCutEnd(ReadOnlySpan<byte> bytes) =>
        Rune.DecodeLastFromUtf8(bytes, out _, out int length) == OperationStatus.NeedMoreData ? bytes[..^length] : bytes;

    private static ReadOnlySpan<byte> WithoutCutStart(ReadOnlySpan<byte> bytes)
    {
        int start = 0;
        while (start < Math.Min(3, bytes.Length) && (bytes[start] & 0b1100_0000) == 0b1000_0000)
        {
            start++;
        }

        return bytes[start..];
    }

    // The tail is a ring: byte n of what comes after the head lies at n % tailSize.
    private void AppendToTail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && tail.Length < tailSize)
        {
            tail = new byte[tailSize];
        }

        int skipped = Math.Max(0, bytes.Length - tailSize);
        total += skipped;
        for (bytes = bytes[skipped..]; bytes.Length > 0; )
        {
            int position = (int)((total - headSize) % tailSize);
            int count = Math.Min(bytes.Length, tailSize - position);
            bytes[..count].CopyTo(tail.AsSpan(position));
            total += count;
            bytes = bytes[count..];
        }
    }

    private byte[] GetTail()
    {
        long count = total - head.WrittenCount;
        if (count <= tailSize)
        {
            return tail[..(int)count];
        }

        int start = (int)(count % Math.Max(1, tailSize));
        return [.. tail[start..], .. tail[..start]];
    }
}
