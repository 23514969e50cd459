using System.Globalization;
using ReflectionCoder.Reports;

namespace ReflectionCoder.Curation.Reporting;

/// <summary>Counts numbers by ranges of equal width between round bounds.</summary>
internal static class Histogram
{
    private const int MostRanges = 12;

    /// <summary>Makes a bar for each range. Numbers that are all the same give one bar.</summary>
    /// <param name="sorted">The numbers in rising order; at least one.</param>
    /// <param name="isWhole">Whether they are whole numbers.</param>
    public static IReadOnlyList<(string Name, ReportCell Value)> Bars(IReadOnlyList<double> sorted, bool isWhole)
    {
        double low = sorted[0];
        double high = sorted[^1];
        if (low == high)
        {
            return [(Shown(low), Count(sorted.Count))];
        }

        double step = Step((high - low) / MostRanges, isWhole);
        double first = Math.Floor(low / step);
        int[] counts = new int[(int)(Math.Floor(high / step) - first) + 1];
        foreach (double number in sorted)
        {
            counts[(int)(Math.Floor(number / step) - first)]++;
        }

        return [.. counts.Select((count, i) => (Name((first + i) * step, step, isWhole), Count(count)))];
    }

    private static double Step(double least, bool isWhole)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        double step =
            power
            * (
                least / power <= 1 ? 1
                : least / power <= 2 ? 2
                : least / power <= 5 ? 5
                : 10
            );
        return isWhole ? Math.Max(1, step) : step;
    }

    private static string Name(double from, double step, bool isWhole) =>
        isWhole
            ? step == 1
                ? Shown(from)
                : $"{Shown(from)} to {Shown(from + step - 1)}"
            : $"{Shown(from)} to below {Shown(from + step)}";

    private static string Shown(double number) => Math.Round(number, 6).ToString("#,0.######", CultureInfo.InvariantCulture);

    private static ReportCell Count(int count) => new(count.ToString("N0", CultureInfo.InvariantCulture), count);
}
