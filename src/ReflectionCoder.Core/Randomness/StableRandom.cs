using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ReflectionCoder.Randomness;

/// <summary>
/// Random numbers seeded from strings, such as a task's name and a variant. Equal strings give equal numbers on every machine.
/// </summary>
internal sealed class StableRandom
{
    private SplitMix64 generator;

    /// <summary>Takes the seed from the SHA-256 hash of the parts, joined by line feeds.</summary>
    public StableRandom(params ReadOnlySpan<string> parts)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
        generator = new SplitMix64(BinaryPrimitives.ReadUInt64LittleEndian(hash));
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);

        // The upper half of the product. Some numbers are more likely than others, but by less than bound / 2^64.
        return (int)Math.BigMul(generator.Next(), (ulong)bound, out _);
    }

    /// <summary>Whether an event of the given probability happens.</summary>
    public bool Chance(double probability) => generator.NextDouble() < probability;

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];
}
