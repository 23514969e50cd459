using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ReflectionCoder.Construction;

/// <summary>SplitMix64 seeded from names, so that what is drawn for a task and variant depends on nothing else, on any machine.</summary>
internal sealed class StableRandom
{
    private ulong state;

    /// <summary>Seeds from the SHA-256 of the parts, joined by line feeds.</summary>
    public StableRandom(params ReadOnlySpan<string> parts)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
        state = BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);

        // The bias of the high product is below bound / 2^64.
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>Whether an event of the given probability happens.</summary>
    public bool Chance(double probability) => (NextUInt64() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    private ulong NextUInt64()
    {
        ulong z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
