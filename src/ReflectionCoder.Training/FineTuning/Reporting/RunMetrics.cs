namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>A number that was measured at a step; step 0 is before the first.</summary>
internal readonly record struct MetricPoint(long Step, double Value);

/// <summary>What a run's metrics file holds.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Steps">The last step; 0 if only the untrained model was measured.</param>
/// <param name="Values">
/// Each metric's values by rising step, at least one; the metrics in the order in which the file names them. A metric need not have a value
/// at every step.
/// </param>
internal sealed record RunMetrics(string Name, long Steps, OrderedDictionary<string, MetricPoint[]> Values);
