using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.Generation;

/// <summary>Meters and activities of generation, under <see cref="TelemetryNames.Training"/>.</summary>
internal static class GenerationTelemetry
{
    private const string Prefix = "reflectioncoder.generation.";

    private static readonly ActivitySource Source = new(TelemetryNames.Training);
    private static readonly Meter Meter = new(TelemetryNames.Training);

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(Prefix + "tokens", "{token}", "Tokens written.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        Prefix + "duration",
        "s",
        "Time of an answer, from the beginning of its batch."
    );

    /// <summary>Writes answers and records them.</summary>
    /// <param name="write">Writes the answers; must call the function that it gets with each one that is finished.</param>
    public static IReadOnlyList<GeneratedText> Observe(Func<Action<GeneratedText>, IReadOnlyList<GeneratedText>> write)
    {
        using Activity? activity = Source.StartActivity("generation");
        long started = Stopwatch.GetTimestamp();
        IReadOnlyList<GeneratedText> answers = write(answer =>
        {
            Tokens.Add(answer.NewTokens);
            Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        });
        _ = activity
            ?.SetTag(Prefix + "answers", answers.Count)
            .SetTag(Prefix + "prompt_tokens", answers.Sum(answer => answer.PromptTokens))
            .SetTag(Prefix + "new_tokens", answers.Sum(answer => answer.NewTokens))
            .SetTag(Prefix + "finish_reason", string.Join(",", answers.Select(answer => answer.FinishReason.ToString()).Distinct()));
        return answers;
    }
}
