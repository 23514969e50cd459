using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Publishes metrics and a trace for each call of the author's model that isn't in the journal.</summary>
internal sealed class CallTelemetry : IDisposable
{
    private const string Outcome = "reflectioncoder.author.outcome";

    private static readonly ActivitySource Source = new(TelemetryNames.Core);
    private static readonly Meter Meter = new(TelemetryNames.Core);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "reflectioncoder.author.call.duration",
        "s",
        "Time of a call of the author's model, waits and further tries included, by outcome."
    );

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "reflectioncoder.author.tokens",
        "{token}",
        "Tokens of the author's model, by direction."
    );

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "reflectioncoder.author.retries",
        "{try}",
        "Requests that were tried again."
    );

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly Activity? activity;
    private string outcome = "cancelled";

    private CallTelemetry(string? model)
    {
        activity = Source.StartActivity("author call", ActivityKind.Client);
        _ = activity?.SetTag("reflectioncoder.author.model", model);
    }

    public static CallTelemetry Start(string? model) => new(model);

    public static void CountRetry() => Retries.Add(1);

    public static void CountTokens((long Input, long Output) tokens)
    {
        Tokens.Add(tokens.Input, new KeyValuePair<string, object?>("reflectioncoder.author.direction", "input"));
        Tokens.Add(tokens.Output, new KeyValuePair<string, object?>("reflectioncoder.author.direction", "output"));
    }

    public void End(string how) => outcome = how;

    public void Dispose()
    {
        Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>(Outcome, outcome));
        _ = activity?.SetTag(Outcome, outcome);
        activity?.Dispose();
    }
}
