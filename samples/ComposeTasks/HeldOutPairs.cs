using System.Text;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>Which pairs of neighbouring operations are never seen in training: one in five, by their names.</summary>
internal static class HeldOutPairs
{
    private const uint HeldOutShare = 5;

    /// <summary>Whether two operations in this order are held out.</summary>
    public static bool Contains(string first, string second)
    {
        // FNV-1a: stable in every version of .NET, which string.GetHashCode isn't.
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes($"{first}>{second}"))
        {
            hash = (hash ^ b) * 16777619;
        }

        return (hash ^ (hash >> 16)) % HeldOutShare == 0;
    }
}
