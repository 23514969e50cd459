namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Finds places where a text can be cut without changing its ids: between two characters that no merge joins. Short pieces are encoded
/// faster, because the encoder's cache often holds them.
/// </summary>
internal sealed class MergeBoundaries
{
    private const int Classes = 256;
    private const byte Rare = Classes - 1;

    // The class of each character that is at the edge of some merge; 0 for all others. The characters beyond the first ones share the class
    // Rare, so that the table of classes stays small.
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

    /// <summary>Whether some merge joins two UTF-16 units, or they are the halves of one character.</summary>
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
