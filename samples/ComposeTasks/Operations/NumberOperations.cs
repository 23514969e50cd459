using System.Globalization;

namespace ReflectionCoder.Samples.ComposeTasks.Operations;

/// <summary>What can be done to a whole number.</summary>
internal static class NumberOperations
{
    private static readonly OperationsOf<long> From = new();
    private static readonly long[] Small = [2, 3, 5, 8];

    public static IReadOnlyList<Operation> All { get; } =
    [
        From.By<long>(
            "increase",
            "{v} + {k}",
            (v, k) => v + k,
            Small,
            "add {k} to the number",
            "increase the number by {k}",
            "raise the number by {k}"
        ),
        From.By<long>(
            "times",
            "{v} * {k}",
            (v, k) => v * k,
            [2, 3, 4, 5],
            "multiply the number by {k}",
            "take {k} times the number",
            "scale the number by {k}"
        ),
        From.By<long>(
            "modulo",
            "{v} % {k}",
            (v, k) => v - (Floor(v, k) * k),
            [3, 4, 5, 7],
            "take the remainder modulo {k}",
            "reduce the number modulo {k}",
            "find what is left after division by {k}"
        ),
        From.To<long>("squared", "{v} * {v}", v => v * v, "square the number", "multiply the number by itself", "take the number's square"),
        From.To<long>("opposite", "-{v}", v => -v, "negate the number", "flip the number's sign", "turn the number into its opposite"),
        From.By<long>(
            "at_most",
            "min({v}, {k})",
            Math.Min,
            [10, 20, 50],
            "limit the number to at most {k}",
            "replace the number by {k} if it is greater",
            "cap the number at {k}"
        ),
        From.To<long>(
            "digit_sum",
            "sum(int(c) for c in str(abs({v})))",
            v => Digits(v).Sum(),
            "add up the number's digits",
            "compute the digit sum",
            "total the digits of the number"
        ),
        From.To<long[]>(
            "digits",
            "[int(c) for c in str(abs({v}))]",
            Digits,
            "list the number's digits",
            "split the number into its digits",
            "take the digits as a list"
        ),
        From.To<long[]>(
            "count_up",
            "list(range(1, {v} + 1))",
            v => v > 40 ? throw new OverflowException() : [.. Up(v)],
            "list the numbers from 1 to it",
            "count from 1 up to the number",
            "make the list from 1 to the number"
        ),
        From.To<long[]>(
            "divisors",
            "[d for d in range(1, {v} + 1) if {v} % d == 0]",
            v => v > 1000 ? throw new OverflowException() : [.. Up(v).Where(d => v % d == 0)],
            "list the number's divisors",
            "find all divisors of the number",
            "collect the numbers that divide it"
        ),
        From.To<string>(
            "text",
            "str({v})",
            v => v.ToString(CultureInfo.InvariantCulture),
            "turn the number into a string",
            "write the number as text",
            "convert the number to a string"
        ),
    ];

    private static long Floor(long x, long k) => (long)Math.Floor((double)x / k);

    private static long[] Digits(long value) => [.. Math.Abs(value).ToString(CultureInfo.InvariantCulture).Select(c => (long)(c - '0'))];

    private static IEnumerable<long> Up(long last) => Enumerable.Range(1, (int)Math.Max(0, last)).Select(k => (long)k);
}
