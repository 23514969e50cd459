using System.Globalization;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>Amounts of memory as people write them; GB and MB are powers of 1000.</summary>
internal static class ByteSize
{
    /// <summary>Writes an amount in GB, or in MB below one of them: <c>23.4 GB</c>, <c>87 MB</c>.</summary>
    /// <param name="bytes">Bytes, at least 0.</param>
    /// <returns>The amount, whatever the culture.</returns>
    public static string Format(long bytes) =>
        bytes >= 999_500_000
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F0} MB");
}
