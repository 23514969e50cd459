namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>What can be done to a dictionary of strings to whole numbers.</summary>
internal static class TableOperations
{
    private static readonly OperationsOf<(string Key, long Value)[]> From = new();
    private static readonly long[] Small = [1, 2, 3, 5];

    public static IReadOnlyList<Operation> All { get; } =
    [
        From.By<(string, long)[]>(
            "entries_above",
            "{key: n for key, n in {v}.items() if n > {k}}",
            (v, k) => [.. v.Where(pair => pair.Value > k)],
            Small,
            "keep only the entries with a value greater than {k}",
            "drop entries with a value up to {k}",
            "leave only entries whose value is above {k}"
        ),
        From.To<(string, long)[]>(
            "entries_even",
            "{key: n for key, n in {v}.items() if n % 2 == 0}",
            v => [.. v.Where(pair => pair.Value % 2 == 0)],
            "keep only the entries with an even value",
            "drop entries with an odd value",
            "leave only entries whose value is even"
        ),
        From.By<(string, long)[]>(
            "add_to_values",
            "{key: n + {k} for key, n in {v}.items()}",
            (v, k) => [.. v.Select(pair => (pair.Key, pair.Value + k))],
            Small,
            "add {k} to every value",
            "increase each value by {k}",
            "raise all values by {k}"
        ),
        From.By<(string, long)[]>(
            "multiply_values",
            "{key: n * {k} for key, n in {v}.items()}",
            (v, k) => [.. v.Select(pair => (pair.Key, pair.Value * k))],
            [2, 3, 10],
            "multiply every value by {k}",
            "scale each value by {k}",
            "make all values {k} times as large"
        ),
        From.To<(string, long)[]>(
            "upper_keys",
            "{key.upper(): n for key, n in {v}.items()}",
            v => [.. v.GroupBy(pair => pair.Key.ToUpperInvariant()).Select(group => (group.Key, group.Last().Value))],
            "put every key in upper case",
            "turn the keys to capital letters",
            "write each key in capitals"
        ),
        From.To<string[]>(
            "keys",
            "list({v})",
            v => [.. v.Select(pair => pair.Key)],
            "list the keys",
            "take the keys as a list",
            "collect the keys in a list"
        ),
        From.To<string[]>(
            "keys_by_value",
            "sorted({v}, key={v}.get)",
            v => [.. v.OrderBy(pair => pair.Value).Select(pair => pair.Key)],
            "list the keys in order of their values",
            "sort the keys by their values",
            "order the keys from smallest to largest value"
        ),
        From.To<long[]>(
            "values",
            "list({v}.values())",
            v => [.. v.Select(pair => pair.Value)],
            "list the values",
            "take the values as a list",
            "collect the values in a list"
        ),
        From.To<long>(
            "sum_values",
            "sum({v}.values())",
            v => v.Sum(pair => pair.Value),
            "add up the values",
            "compute the sum of the values",
            "total the values"
        ),
        From.To<long>(
            "count_entries",
            "len({v})",
            v => v.Length,
            "count the entries",
            "find how many entries there are",
            "take the number of entries"
        ),
    ];
}
