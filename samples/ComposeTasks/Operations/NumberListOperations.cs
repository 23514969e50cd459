namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>What can be done to a list of whole numbers.</summary>
internal static class NumberListOperations
{
    private static readonly OperationsOf<long[]> From = new();
    private static readonly long[] Small = [2, 3, 4, 5];
    private static readonly long[] Bounds = [2, 3, 5, 8];
    private static readonly long[] Lengths = [2, 3];

    public static IReadOnlyList<Operation> All { get; } =
    [
        From.To<long[]>(
            "keep_even",
            "[x for x in {v} if x % 2 == 0]",
            v => Keep(v, x => x % 2 == 0),
            "keep only the even numbers",
            "drop the odd numbers",
            "leave only numbers that are even"
        ),
        From.To<long[]>(
            "keep_odd",
            "[x for x in {v} if x % 2 != 0]",
            v => Keep(v, x => x % 2 != 0),
            "keep only the odd numbers",
            "drop the even numbers",
            "leave only numbers that are odd"
        ),
        From.To<long[]>(
            "keep_positive",
            "[x for x in {v} if x > 0]",
            v => Keep(v, x => x > 0),
            "keep only the positive numbers",
            "drop every number that is not positive",
            "leave only numbers above zero"
        ),
        From.By<long[]>(
            "keep_above",
            "[x for x in {v} if x > {k}]",
            (v, k) => Keep(v, x => x > k),
            Bounds,
            "keep only the numbers greater than {k}",
            "drop every number up to {k}",
            "leave only numbers above {k}"
        ),
        From.By<long[]>(
            "keep_below",
            "[x for x in {v} if x < {k}]",
            (v, k) => Keep(v, x => x < k),
            Bounds,
            "keep only the numbers less than {k}",
            "drop every number from {k} on",
            "leave only numbers below {k}"
        ),
        From.By<long[]>(
            "add",
            "[x + {k} for x in {v}]",
            (v, k) => Map(v, x => x + k),
            Bounds,
            "add {k} to every number",
            "increase each number by {k}",
            "raise every number by {k}"
        ),
        From.By<long[]>(
            "multiply",
            "[x * {k} for x in {v}]",
            (v, k) => Map(v, x => x * k),
            Small,
            "multiply every number by {k}",
            "scale each number by {k}",
            "make every number {k} times as large"
        ),
        From.To<long[]>(
            "square",
            "[x * x for x in {v}]",
            v => Map(v, x => x * x),
            "square every number",
            "replace each number by its square",
            "multiply every number by itself"
        ),
        From.To<long[]>(
            "negate",
            "[-x for x in {v}]",
            v => Map(v, x => -x),
            "negate every number",
            "flip the sign of each number",
            "turn every number into its opposite"
        ),
        From.To<long[]>(
            "absolute",
            "[abs(x) for x in {v}]",
            v => Map(v, Math.Abs),
            "take the absolute value of every number",
            "drop the sign of each number",
            "make every number non-negative by removing its sign"
        ),
        From.To<long[]>(
            "ascending",
            "sorted({v})",
            v => [.. v.Order()],
            "sort the numbers in ascending order",
            "sort the numbers",
            "put the numbers in order from smallest to largest"
        ),
        From.To<long[]>(
            "descending",
            "sorted({v}, reverse=True)",
            v => [.. v.OrderDescending()],
            "sort the numbers in descending order",
            "put the numbers in order from largest to smallest",
            "sort the numbers backwards by size"
        ),
        From.To<long[]>(
            "reverse",
            "{v}[::-1]",
            v => [.. v.Reverse()],
            "reverse the list",
            "turn the list around",
            "put the numbers in reverse order"
        ),
        From.To<long[]>(
            "distinct",
            "list(dict.fromkeys({v}))",
            v => [.. v.Distinct()],
            "remove duplicates, keeping the first of each",
            "keep each number only once",
            "drop repeated numbers"
        ),
        From.By<long[]>(
            "take",
            "{v}[:{k}]",
            (v, k) => [.. v.Take((int)k)],
            [2, 3, 4],
            "keep the first {k} numbers",
            "take {k} numbers from the front",
            "cut the list after {k} numbers"
        ),
        From.By<long[]>(
            "skip_last",
            "{v}[:-{k}]",
            (v, k) => [.. v.SkipLast((int)k)],
            Lengths,
            "skip the last {k} numbers",
            "drop {k} numbers from the end",
            "leave out the final {k} numbers"
        ),
        From.To<long[]>(
            "running_totals",
            "totals = []\ntotal = 0\nfor x in {v}:\n    total += x\n    totals.append(total)\ntotals",
            v => RunningTotals(v),
            "replace every number by the total so far",
            "compute the running totals",
            "form the cumulative sums"
        ),
        From.To<long[]>(
            "differences",
            "[b - a for a, b in zip({v}, {v}[1:])]",
            v => [.. v.Zip(v.Skip(1), (a, b) => b - a)],
            "take the differences between neighbours",
            "replace the list by the steps from each number to the next",
            "compute each next number minus the one before"
        ),
        From.To<long>("sum", "sum({v})", v => v.Sum(), "add the numbers up", "compute the sum", "total the numbers"),
        From.To<long>(
            "length",
            "len({v})",
            v => (long)v.Length,
            "count the numbers",
            "find how many numbers there are",
            "compute the length of the list"
        ),
        From.To<long>(
            "largest",
            "max({v}, default=0)",
            v => v.DefaultIfEmpty().Max(),
            "find the largest number, or 0 if there is none",
            "take the maximum, or 0 for an empty list",
            "pick the biggest number, else 0"
        ),
        From.To<long>(
            "smallest",
            "min({v}, default=0)",
            v => v.DefaultIfEmpty().Min(),
            "find the smallest number, or 0 if there is none",
            "take the minimum, or 0 for an empty list",
            "pick the least number, else 0"
        ),
        From.Using<string>(
            "join",
            "{k}.join(str(x) for x in {v})",
            (v, k) => string.Join(k, v),
            ["-", ", ", " ", "+"],
            "join the numbers with {k}",
            "write the numbers in one string with {k} between them",
            "put {k} between the numbers to form a string"
        ),
    ];

    private static long[] Keep(long[] values, Func<long, bool> holds) => [.. values.Where(holds)];

    private static long[] Map(long[] values, Func<long, long> change) => [.. values.Select(change)];

    private static long[] RunningTotals(long[] values)
    {
        long total = 0;
        return [.. values.Select(x => total += x)];
    }
}
