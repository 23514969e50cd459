using System.Globalization;
using ReflectionCoder.Reports;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>Numbers as an evaluation's page writes them.</summary>
internal static class Words
{
    /// <summary>A share as a percentage, such as <c>71.95 %</c>; whole ones have no decimals.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");

    /// <summary>A difference of shares in percentage points, with its sign.</summary>
    public static string Points(double difference) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * difference:+0.00;−0.00;0.00}");

    /// <summary>A whole number with separators.</summary>
    public static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things: <c>1 task</c>, <c>2 tasks</c>.</summary>
    public static string Count(int count, string thing) => $"{Number(count)} {thing}{(count == 1 ? "" : "s")}";

    /// <summary>A probability; a very small one by its order of magnitude.</summary>
    public static string Probability(double p) =>
        p switch
        {
            >= 0.001 => p.ToString("0.000", CultureInfo.InvariantCulture),
            0 => "below 1e-300",
            _ => p.ToString("0.0e-0", CultureInfo.InvariantCulture),
        };

    /// <summary>The value of a bar that counts.</summary>
    public static ReportCell Bar(int count, ReportTone tone) => new(Number(count), count, Tone: tone);
}
