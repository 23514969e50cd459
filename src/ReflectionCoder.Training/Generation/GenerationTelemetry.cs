using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.Generation;

/// <summary>Measures and traces answers for whoever listens to <see cref="TelemetryNames.Training"/>.</summary>
internal static class GenerationTelemetry
{
    private const string Prefix = "reflectioncoder.generation.";

    private static readonly ActivitySource Source = new(TelemetryNames.Training);
    private static readonly Meter Meter = new(TelemetryNames.Training);

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(Prefix + "tokens", "{token}", "Tokens written.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(Prefix + "duration", "s", "Time of an answer.");

    /// <summary>Writes an answer under observation.</summary>
    public static GeneratedText Observe(Func<GeneratedText> write)
    {
        using Activity? activity = Source.StartActivity("generation");
        long started = Stopwatch.GetTimestamp();
        GeneratedText answer = write();
        Tokens.Add(answer.NewTokens);
        Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        _ = activity?.SetTag(Prefix + "prompt_tokens", answer.PromptTokens)
            .SetTag(Prefix + "new_tokens", answer.NewTokens)
            .SetTag(Prefix + "finish_reason", answer.FinishReason.ToString());
        return answer;
    }
}
