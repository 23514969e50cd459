using System.Numerics;

namespace ReflectionCoder.Randomness;

/// <summary>
/// numpy's legacy <c>RandomState</c> (MT19937): with an equal seed, a run hides the same tokens as the paper's reference code. Not
/// thread-safe.
/// </summary>
public sealed class NumpyRandomState
{
    private const int Words = 624;
    private const int Middle = 397;
    private readonly uint[] words = new uint[Words];
    private int position = Words;

    /// <summary>Seeds the generator as <c>numpy.random.RandomState(seed)</c> does.</summary>
    /// <param name="seed">The seed; any value is allowed.</param>
    public NumpyRandomState(uint seed)
    {
        for (uint i = 0; i < Words; i++)
        {
            words[i] = seed;
            seed = (1812433253u * (seed ^ (seed >> 30))) + i + 1;
        }
    }

    private NumpyRandomState(uint[] words, int position)
    {
        words.CopyTo(this.words, 0);
        this.position = position;
    }

    /// <summary>Restores a generator from <see cref="GetState"/>.</summary>
    /// <param name="state">625 numbers: the 624 words, then the position from 0 to 624.</param>
    /// <returns>A generator that draws what the saved one would have drawn.</returns>
    /// <exception cref="ArgumentException">The state doesn't have 625 numbers, or its position is above 624.</exception>
    public static NumpyRandomState FromState(IReadOnlyList<uint> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Count != Words + 1 || state[Words] > Words)
        {
            throw new ArgumentException($"An MT19937 state is {Words} words and a position from 0 to {Words}.", nameof(state));
        }

        return new NumpyRandomState([.. state.Take(Words)], (int)state[Words]);
    }

    /// <summary>Copies the whole state, to be saved in a checkpoint. <see cref="FromState"/> restores it.</summary>
    /// <returns>625 numbers: the 624 words, then the position.</returns>
    public uint[] GetState() => [.. words, (uint)position];

    /// <summary>Draws the next 32 random bits.</summary>
    /// <returns>A number from 0 to 2³² - 1.</returns>
    public uint NextUInt32()
    {
        if (position == Words)
        {
            Refill();
        }

        uint y = words[position++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    /// <summary>Draws a number from 0 to below 1 with 53 random bits, as <c>RandomState.random_sample()</c>.</summary>
    /// <returns>The number.</returns>
    public double NextDouble()
    {
        uint high = NextUInt32() >> 5;
        uint low = NextUInt32() >> 6;
        return ((high * 67108864.0) + low) / 9007199254740992.0;
    }

    /// <summary>
    /// Draws a whole number from 0 to <paramref name="maximum"/>, both included, by masked rejection as numpy's <c>shuffle</c> does. If
    /// <paramref name="maximum"/> is 0, the generator's state doesn't change.
    /// </summary>
    /// <param name="maximum">The largest number that can be drawn, at least 0.</param>
    /// <returns>The number; all are equally likely.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is negative.</exception>
    public int NextBounded(int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximum);
        if (maximum == 0)
        {
            return 0;
        }

        uint mask = uint.MaxValue >> BitOperations.LeadingZeroCount((uint)maximum);
        uint value;
        do
        {
            value = NextUInt32() & mask;
        } while (value > (uint)maximum);

        return (int)value;
    }

    /// <summary>Shuffles values in place, as <c>RandomState.shuffle</c> does.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="values">The values to shuffle.</param>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextBounded(i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>Draws a random order of the numbers 0 … n - 1, as <c>RandomState.permutation(n)</c> does.</summary>
    /// <param name="n">How many numbers, at least 0.</param>
    /// <returns>The numbers in random order, [n].</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is negative.</exception>
    public int[] Permutation(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
        {
            order[i] = i;
        }

        Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>
    /// Draws <paramref name="size"/> different numbers from 0 to <paramref name="n"/> - 1, as
    /// <c>RandomState.choice(n, size, replace=False)</c> does.
    /// </summary>
    /// <param name="n">How many numbers to choose from.</param>
    /// <param name="size">How many to draw, from 0 to <paramref name="n"/>.</param>
    /// <returns>The numbers in the order drawn, [size].</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="size"/> is negative or larger than <paramref name="n"/>.
    /// </exception>
    public int[] ChoiceWithoutReplacement(int n, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, n);
        return Permutation(n)[..size];
    }

    private void Refill()
    {
        for (int i = 0; i < Words; i++)
        {
            uint y = (words[i] & 0x80000000u) | (words[(i + 1) % Words] & 0x7fffffffu);
            words[i] = words[(i + Middle) % Words] ^ (y >> 1) ^ ((y & 1) == 0 ? 0u : 0x9908b0dfu);
        }

        position = 0;
    }
}
