namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>What a run measured first and last of a metric.</summary>
internal sealed record FirstAndLast(MetricMeaning Metric, string Run, MetricPoint First, MetricPoint Last)
{
    /// <summary>The validation metrics and the loss of all runs, metric by metric.</summary>
    public static IReadOnlyList<FirstAndLast> Of(IReadOnlyList<RunMetrics> runs) =>
        [
            .. MetricMeaning
                .Of(runs)
                .Where(metric => metric.IsValidation || metric.Name == MetricMeaning.Loss)
                .OrderByDescending(metric => metric.IsValidation)
                .SelectMany(metric =>
                    runs.Where(run => run.Values.ContainsKey(metric.Name))
                        .Select(run => new FirstAndLast(metric, run.Name, run.Values[metric.Name][0], run.Values[metric.Name][^1]))
                ),
        ];
}
