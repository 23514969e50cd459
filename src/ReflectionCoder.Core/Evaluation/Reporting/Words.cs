using System.Globalization;
using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Reports;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>Numbers as an evaluation's page writes them.</summary>
internal static class Words
{
    /// <summary>A share as a percentage, such as <c>71.95 %</c>.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %");

    /// <summary>The level of an interval, such as <c>95 %</c>.</summary>
    public static string Level(double level) => string.Create(CultureInfo.InvariantCulture, $"{100 * level:0.##} %");

    /// <summary>The ends of an interval, such as <c>64.63 to 78.26 %</c>.</summary>
    public static string Interval(PassEstimate estimate) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * estimate.Low:0.00} to {100 * estimate.High:0.00} %");

    /// <summary>A difference of shares in percentage points, with its sign.</summary>
    public static string Points(double difference) => string.Create(CultureInfo.InvariantCulture, $"{100 * difference:+0.00;−0.00;0.00}");

    /// <summary>A whole number with separators.</summary>
    public static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things: <c>1 task</c>, <c>2 tasks</c>.</summary>
    public static string Count(int count, string thing) => $"{Number(count)} {thing}{(count == 1 ? "" : "s")}";

    /// <summary>Things and a verb that fits them: <c>1 task has</c>, <c>2 tasks have</c>.</summary>
    public static string Subject(int count, string thing, string singular, string plural) =>
        $"{Count(count, thing)} {(count == 1 ? singular : plural)}";

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
