namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Where text can be cut without changing what byte pair encoding makes of it: between two characters that no merge joins. Short pieces are
/// found again in the encoder's cache.
/// </summary>
internal sealed class MergeBoundaries
{
    private const int Classes = 256;
    private const byte Rare = Classes - 1;

    // Class of each character at the edge of a merge: 0 for none, Rare for those that share one because there are too many.
    private readonly byte[] classOf = new byte[char.MaxValue + 1];
    private readonly bool[] joined = new bool[Classes * Classes];
    private readonly HashSet<(char Left, char Right)> rarePairs = [];

    public MergeBoundaries(IEnumerable<(string Left, string Right)> merges)
    {
        HashSet<(char Left, char Right)> pairs = [.. merges.Select(merge => (merge.Left[^1], merge.Right[0]))];
        byte next = 1;
        IEnumerable<char> byFrequency = pairs
            .SelectMany(pair => (char[])[pair.Left, pair.Right])
            .CountBy(character => character)
            .OrderByDescending(count => char.IsAscii(count.Key))
            .ThenByDescending(count => count.Value)
            .Select(count => count.Key);
        foreach (char character in byFrequency)
        {
            classOf[character] = next;
            next = (byte)Math.Min(next + 1, Rare);
        }

        foreach ((char left, char right) in pairs)
        {
            joined[(classOf[left] * Classes) + classOf[right]] = true;
            if (classOf[left] == Rare || classOf[right] == Rare)
            {
                rarePairs.Add((left, right));
            }
        }
    }

    /// <summary>Whether some merge joins two characters, or they are halves of one.</summary>
    public bool Joins(char left, char right)
    {
        byte leftClass = classOf[left];
        byte rightClass = classOf[right];
        return (
                joined[(leftClass * Classes) + rightClass]
                && ((leftClass != Rare && rightClass != Rare) || rarePairs.Contains((left, right)))
            ) || char.IsLowSurrogate(right);
    }
}
