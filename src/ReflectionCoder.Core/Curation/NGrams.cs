using ReflectionCoder.Randomness;

namespace ReflectionCoder.Curation;

/// <summary>Hashes of all runs of n words of a text.</summary>
/// <remarks>
/// The hash is a polynomial over the words' hashes modulo 2⁶⁴, which the next word changes in constant time, mixed at the end. Of a million
/// different runs, two have the same hash with a probability below one in a million.
/// </remarks>
internal static class NGrams
{
    private const ulong Base = 0x9e3779b97f4a7c15;

    /// <summary>Computes the hashes.</summary>
    /// <param name="words">The words of the text.</param>
    /// <param name="n">How many words a run has; at least 1.</param>
    /// <param name="hashes">Receives one hash for each run, in order; emptied first. None if there are fewer words.</param>
    public static void Read(IReadOnlyList<Word> words, int n, List<ulong> hashes)
    {
        hashes.Clear();
        ulong highest = 1;
        for (int i = 1; i < n; i++)
        {
            highest = unchecked(highest * Base);
        }

        ulong sum = 0;
        for (int i = 0; i < words.Count; i++)
        {
            if (i >= n)
            {
                sum = unchecked(sum - (words[i - n].Hash * highest));
            }

            sum = unchecked((sum * Base) + words[i].Hash);
            if (i >= n - 1)
            {
                hashes.Add(SplitMix64.Mix(sum));
            }
        }
    }

    /// <summary>The hash of a text as one run, however many words it has.</summary>
    public static ulong Whole(IReadOnlyList<Word> words)
    {
        ulong sum = (ulong)words.Count;
        foreach (Word word in words)
        {
            sum = unchecked((sum * Base) + word.Hash);
        }

        return SplitMix64.Mix(sum);
    }

    /// <summary>How many different telling words a run has.</summary>
    public static int TellingWords(IReadOnlyList<Word> words, int first, int count)
    {
        int telling = 0;
        for (int i = first; i < first + count; i++)
        {
            bool isNew = words[i].IsTelling;
            for (int j = first; j < i && isNew; j++)
            {
                isNew = words[j].Hash != words[i].Hash;
            }

            telling += isNew ? 1 : 0;
        }

        return telling;
    }
}
