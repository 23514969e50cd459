namespace ReflectionCoder.Diagnostics;

/// <summary>
/// Names under which the packages publish telemetry. Each package has one <see cref="System.Diagnostics.Metrics.Meter"/> and one
/// <see cref="System.Diagnostics.ActivitySource"/>, both with the package's name. docs/observability.md lists their instruments. They cost
/// nothing while nobody listens.
/// </summary>
public static class TelemetryNames
{
    /// <summary>Name of the Core package's meter and activity source, which report sandboxed runs.</summary>
    public const string Core = "ReflectionCoder.Core";

    /// <summary>Name of the Training package's meter and activity source, which report fine-tuning and generation.</summary>
    public const string Training = "ReflectionCoder.Training";
}
