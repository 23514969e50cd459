using ReflectionCoder.Reports;

namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>The curves of a chart.</summary>
/// <remarks>
/// A curve of thousands of points is a band in which nothing can be seen, and a page of many megabytes. Numbers that scatter from step to
/// step become means over stretches of steps, which show the trend; all runs of a chart have stretches of the same width, so that none
/// looks smoother than another. Of other numbers the chart keeps the lowest and the highest of each stretch, because a peak is what matters
/// there.
/// </remarks>
internal static class Curve
{
    /// <summary>The most means of a curve.</summary>
    public const int MostMeans = 400;

    /// <summary>How many steps each mean of a metric is taken over; 1 if a chart shows every step.</summary>
    public static long Stretch(MetricMeaning meaning, IReadOnlyList<MetricPoint[]> runs)
    {
        long span = runs.Max(points => points[^1].Step) - runs.Min(points => points[0].Step) + 1;
        return meaning.IsAveraged && runs.Any(points => points.Length > MostMeans) ? (span + MostMeans - 1) / MostMeans : 1;
    }

    /// <summary>Makes a curve.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="points">The values by rising step, at least one.</param>
    /// <param name="first">The step at which the chart's first stretch begins.</param>
    /// <param name="stretch">Steps of a stretch, at least 1. Of each the mean value is drawn at the mean step.</param>
    public static ReportLine Of(string name, MetricPoint[] points, long first, long stretch) =>
        new(
            name,
            stretch == 1
                ? [.. points.Select(point => ((double)point.Step, point.Value))]
                :
                [
                    .. points
                        .GroupBy(point => (point.Step - first) / stretch)
                        .Select(group => (group.Average(point => (double)point.Step), group.Average(point => point.Value))),
                ]
        );
}
