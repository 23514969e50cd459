namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>A run that a <see cref="TrainingReport"/> shows.</summary>
/// <param name="Name">What the report calls it; not empty, and no other run's name.</param>
/// <param name="MetricsPath">
/// The run's metrics file (<see cref="FineTuningOptions.MetricsPath"/>). A name that ends in <c>.gz</c> is decompressed.
/// </param>
public sealed record TrainingReportRun(string Name, string MetricsPath);
