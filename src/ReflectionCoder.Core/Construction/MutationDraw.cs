using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Construction;

/// <summary>Draws the mistakes of a program in random order.</summary>
internal static class MutationDraw
{
    /// <summary>How many times as often an operator is drawn if it fits only few programs.</summary>
    private const int RareWeight = 4;

    /// <summary>
    /// Gives all mistakes in random order. Each time it draws a kind by its weight, then an operator of the kind, then one of its places.
    /// </summary>
    public static IEnumerable<Mutation> Draw(IReadOnlyList<MutationPlaces> places, StableRandom random)
    {
        List<(MutationPlaces Found, List<Mutation> Places)> left = [.. places.Select(one => (one, one.Places.ToList()))];
        while (left.Count > 0)
        {
            IEnumerable<MutationKind> kinds = left.Select(one => one.Found.Kind).Distinct().Order();
            MutationKind kind = random.Pick([.. kinds.SelectMany(one => Enumerable.Repeat(one, Weight(one)))]);
            int which = random.Pick([
                .. Enumerable
                    .Range(0, left.Count)
                    .Where(i => left[i].Found.Kind == kind)
                    .SelectMany(i => Enumerable.Repeat(i, left[i].Found.IsCommon ? 1 : RareWeight)),
            ]);
            List<Mutation> found = left[which].Places;
            int place = random.Next(found.Count);
            Mutation mutation = found[place];
            found.RemoveAt(place);
            if (found.Count == 0)
            {
                left.RemoveAt(which);
            }

            yield return mutation;
        }
    }

    /// <summary>
    /// How often a kind is drawn. Programs that run but give wrong results teach the most, because the language itself names the other
    /// mistakes.
    /// </summary>
    private static int Weight(MutationKind kind) =>
        kind switch
        {
            MutationKind.Unreadable => 2,
            MutationKind.Raising => 4,
            _ => 9,
        };
}
