using System.Globalization;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Amounts of memory as people write them; GB and its like are powers of 1000, GiB and its like of 1024.</summary>
internal static class MemoryAmount
{
    private static readonly (string Unit, double Factor)[] Units =
    [
        ("kib", 1L << 10),
        ("mib", 1L << 20),
        ("gib", 1L << 30),
        ("tib", 1L << 40),
        ("kb", 1e3),
        ("mb", 1e6),
        ("gb", 1e9),
        ("tb", 1e12),
        ("b", 1),
    ];

    /// <summary>Reads an amount such as <c>24GB</c>, <c>512 MiB</c> or <c>1500000000</c>; letter case and spaces don't matter.</summary>
    /// <exception cref="FormatException">It is no such amount.</exception>
    public static long Parse(string text)
    {
        string lower = text.Trim().ToLowerInvariant();
        (string Unit, double Factor) found = Array.Find(Units, candidate => lower.EndsWith(candidate.Unit, StringComparison.Ordinal));
        (string unit, double factor) = found.Unit is null ? ("", 1) : found;
        string digits = lower[..^unit.Length].TrimEnd();
        bool isNumber = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        return isNumber && number * factor is >= 1 and < 1e18
            ? (long)(number * factor)
            : throw new FormatException($"'{text}' is no amount of memory; expected a number and a unit, such as 24GB or 512MiB.");
    }
}
