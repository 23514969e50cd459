using ReflectionCoder.Samples.ComposeTasks;

namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>All events.</summary>
internal static class OperationCatalog
{
    private static readonly ILookup<Quantity, Operation> ByQuantity;

    static OperationCatalog()
    {
        All = [.. ThingOperations.All, .. BoxOperations.All, .. CoinOperations.All];
        ByQuantity = All.ToLookup(operation => operation.From);
    }

    public static IReadOnlyList<Operation> All { get; }

    /// <summary>The events that may come where a quantity is counted.</summary>
    public static IReadOnlyList<Operation> Taking(Quantity quantity) => [.. ByQuantity[quantity]];
}

/// <summary>How parameters are drawn.</summary>
internal static class Draws
{
    /// <summary>A number of a range, whatever the value.</summary>
    public static Func<long, SeededRandom, Parameters?> Between(int first, int last) => (_, random) => new(random.Between(first, last));

    /// <summary>A number below the value.</summary>
    public static Parameters? Less(long value, SeededRandom random) =>
        value < 3 ? null : new Parameters(random.Between(2, (int)Math.Min(60, value - 1)));

    /// <summary>A number somewhat above the value.</summary>
    public static Parameters? More(long value, SeededRandom random) => new(value + random.Between(2, 60));

    /// <summary>A number that divides the value.</summary>
    public static Parameters? Divisor(long value, SeededRandom random)
    {
        int[] divisors = [.. Enumerable.Range(2, 11).Where(k => value % k == 0 && value > k)];
        return divisors.Length == 0 ? null : new Parameters(random.Pick(divisors));
    }

    /// <summary>A number that the value holds at least twice.</summary>
    public static Parameters? Part(long value, SeededRandom random) =>
        value < 6 ? null : new Parameters(random.Between(3, (int)Math.Min(12, value / 2)));

    /// <summary>A number that doesn't divide the value.</summary>
    public static Parameters? NoDivisor(long value, SeededRandom random)
    {
        int[] numbers = [.. Enumerable.Range(3, 10).Where(k => value % k != 0 && value > k)];
        return numbers.Length == 0 ? null : new Parameters(random.Pick(numbers));
    }

    /// <summary>Two numbers, the second for how many.</summary>
    public static Parameters? Each(long value, SeededRandom random) => new(random.Between(2, 12), random.Between(2, 9));

    /// <summary>Two numbers with a product below the value.</summary>
    public static Parameters? EachLess(long value, SeededRandom random)
    {
        int most = (int)Math.Min(9, (value - 1) / 2);
        if (most < 2)
        {
            return null;
        }

        int j = random.Between(2, most);
        return new Parameters(random.Between(2, (int)Math.Max(2, Math.Min(12, (value - 1) / j))), j);
    }
}
