using System.Buffers;
using System.Text;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Reads a stream to its end but keeps only its beginning, so that a program can't fill the memory by printing.</summary>
internal sealed class OutputCollector
{
    /// <summary>A program is stopped if it prints more than this many times the bytes that are kept.</summary>
    public const int FloodFactor = 16;

    private readonly int keep;
    private readonly Action onFlood;
    private readonly ArrayBufferWriter<byte> kept = new();
    private long total;

    /// <summary>Creates the collector.</summary>
    /// <param name="keep">How many bytes are kept.</param>
    /// <param name="onFlood">Called once, when <see cref="FloodFactor"/> times as many bytes have come.</param>
    public OutputCollector(int keep, Action onFlood)
    {
        this.keep = keep;
        this.onFlood = onFlood;
    }

    /// <summary>Whether more bytes came than were kept.</summary>
    public bool IsCut => total > keep;

    /// <summary>Reads to the end of the stream.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(32 << 10);
        try
        {
            bool flooded = false;
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                int room = Math.Min(count, keep - kept.WrittenCount);
                kept.Write(buffer.AsSpan(0, room));
                total += count;
                if (!flooded && total > (long)keep * FloodFactor)
                {
                    flooded = true;
                    onFlood();
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The bytes kept, as text. Bytes that aren't UTF-8 become U+FFFD; a character that was cut at the end is left out.</summary>
    public string GetText()
    {
        ReadOnlySpan<byte> bytes = kept.WrittenSpan;
        if (IsCut)
        {
            bytes = bytes[..^CountPartialCharacter(bytes)];
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private static int CountPartialCharacter(ReadOnlySpan<byte> bytes)
    {
        for (int back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            byte value = bytes[^back];
            if ((value & 0b1100_0000) != 0b1000_0000)
            {
                int length =
                    value >= 0xF0 ? 4
                    : value >= 0xE0 ? 3
                    : value >= 0xC0 ? 2
                    : 1;
                return length > back ? back : 0;
            }
        }

        return 0;
    }
}
