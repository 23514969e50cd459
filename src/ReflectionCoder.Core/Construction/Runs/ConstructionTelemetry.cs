using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.Construction.Runs;

/// <summary>Publishes a metric and a trace for each sequence that an author writes.</summary>
internal static class ConstructionTelemetry
{
    private const string Language = "reflectioncoder.construction.language";
    private const string Outcome = "reflectioncoder.construction.outcome";

    private static readonly ActivitySource Source = new(TelemetryNames.Core);
    private static readonly Meter Meter = new(TelemetryNames.Core);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "reflectioncoder.construction.sequence.duration",
        "s",
        "Time in which an author wrote a sequence or gave up, by language and outcome."
    );

    private static readonly UpDownCounter<int> InFlight = Meter.CreateUpDownCounter<int>(
        "reflectioncoder.construction.sequences.in_flight",
        "{sequence}",
        "Sequences that authors work on now."
    );

    /// <summary>Has a sequence written, and publishes how long it took and how it ended: <c>Written</c>, or why not.</summary>
    public static async Task<ReflectionDraft> ObserveAsync(string language, Func<Task<ReflectionDraft>> write)
    {
        using Activity? activity = Source.StartActivity("construct sequence");
        _ = activity?.SetTag(Language, language);
        long start = Stopwatch.GetTimestamp();
        InFlight.Add(1);
        try
        {
            ReflectionDraft draft = await write().ConfigureAwait(false);
            string outcome = draft.Conversation is null ? RejectReason.Of(draft) : "Written";
            _ = activity?.SetTag(Outcome, outcome);
            Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new(Language, language), new(Outcome, outcome));
            return draft;
        }
        finally
        {
            InFlight.Add(-1);
        }
    }
}
