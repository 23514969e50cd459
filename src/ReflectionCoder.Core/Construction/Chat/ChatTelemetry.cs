using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.Construction.Chat;

/// <summary>Publishes a trace for each sequence of a chat author, and counts sequences and attempts.</summary>
internal static class ChatTelemetry
{
    private const string Outcome = "reflectioncoder.construction.outcome";

    private static readonly ActivitySource Source = new(TelemetryNames.Core);
    private static readonly Meter Meter = new(TelemetryNames.Core);

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "reflectioncoder.construction.attempts",
        "{attempt}",
        "Programs that a chat author wrote and ran, by how they ended."
    );

    private static readonly Histogram<int> Rounds = Meter.CreateHistogram<int>(
        "reflectioncoder.construction.rounds",
        "{attempt}",
        "Attempts of a sequence, by its reason; Accepted if it was kept."
    );

    /// <summary>Begins the trace of a sequence.</summary>
    public static Activity? Start(ProgrammingTask task, int variant) =>
        Source
            .StartActivity("write sequence")
            ?.SetTag("reflectioncoder.construction.task", task.TaskId)
            .SetTag("reflectioncoder.construction.variant", variant)
            .SetTag("reflectioncoder.construction.language", task.Language);

    /// <summary>Counts an attempt.</summary>
    public static void CountAttempt(string outcome) => Attempts.Add(1, new KeyValuePair<string, object?>(Outcome, outcome));

    /// <summary>Publishes how a sequence ended.</summary>
    public static void End(Activity? activity, string outcome, int rounds)
    {
        _ = activity?.SetTag(Outcome, outcome);
        Rounds.Record(rounds, new KeyValuePair<string, object?>(Outcome, outcome));
    }
}
