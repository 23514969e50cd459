namespace ReflectionCoder.Diagnostics;

/// <summary>
/// Names under which the packages publish: each has one <see cref="System.Diagnostics.Metrics.Meter"/> and one
/// <see cref="System.Diagnostics.ActivitySource"/> of its name. What they hold is listed in docs/observability.md. Nobody listening costs
/// nothing.
/// </summary>
public static class TelemetryNames
{
    /// <summary>Meter and activity source of the Core package: sandboxed runs.</summary>
    public const string Core = "ReflectionCoder.Core";

    /// <summary>Meter and activity source of the Training package: fine-tuning and generation.</summary>
    public const string Training = "ReflectionCoder.Training";
}
