using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.Sandbox;

/// <summary>Publishes a metric and a trace for each sandboxed run.</summary>
internal static class SandboxTelemetry
{
    private const string Outcome = "reflectioncoder.sandbox.outcome";

    private static readonly ActivitySource Source = new(TelemetryNames.Core);
    private static readonly Meter Meter = new(TelemetryNames.Core);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "reflectioncoder.sandbox.run.duration",
        "s",
        "Wall-clock time of a program, by outcome."
    );

    /// <summary>Runs a program, and publishes how long it took and how it ended.</summary>
    public static async Task<SandboxResult> ObserveAsync(string language, Func<Task<SandboxResult>> run)
    {
        using Activity? activity = Source.StartActivity("sandbox run");
        _ = activity?.SetTag("reflectioncoder.sandbox.language", language);
        SandboxResult result = await run().ConfigureAwait(false);
        string outcome = result.Outcome.ToString();
        _ = activity?.SetTag(Outcome, outcome);
        Duration.Record(result.WallTime.TotalSeconds, new KeyValuePair<string, object?>(Outcome, outcome));
        return result;
    }
}
