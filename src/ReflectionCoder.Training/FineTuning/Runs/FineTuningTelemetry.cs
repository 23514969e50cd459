using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReflectionCoder.Diagnostics;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Meters and activities of fine-tuning, under <see cref="TelemetryNames.Training"/>.</summary>
internal static class FineTuningTelemetry
{
    private const string Prefix = "reflectioncoder.training.";

    private static readonly ActivitySource Source = new(TelemetryNames.Training);
    private static readonly Meter Meter = new(TelemetryNames.Training);

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>(Prefix + "steps", "{step}", "Optimizer steps done.");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        Prefix + "tokens",
        "{token}",
        "Tokens of the samples trained on, each counted once."
    );
    private static readonly Histogram<double> StepDuration = Meter.CreateHistogram<double>(
        Prefix + "step.duration",
        "s",
        "Time of an optimizer step."
    );
    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>(
        Prefix + "loss",
        "nat",
        "Cross entropy plus weighted divergence of the last step."
    );
    private static readonly Gauge<double> CrossEntropy = Meter.CreateGauge<double>(
        Prefix + "cross_entropy",
        "nat",
        "Mean cross entropy of the last step."
    );
    private static readonly Gauge<double> Divergence = Meter.CreateGauge<double>(
        Prefix + "divergence",
        "nat",
        "Mean KL(teacher ‖ student) of the last step, times the samples' weights."
    );
    private static readonly Gauge<double> LossTerm = Meter.CreateGauge<double>(
        Prefix + "loss_term",
        "1",
        "What a further term of a host's loss added to the loss of the last step."
    );
    private static readonly Gauge<double> MaskRate = Meter.CreateGauge<double>(Prefix + "mask_rate", "1", "Mask rate of the last step.");
    private static readonly Gauge<double> LearningRate = Meter.CreateGauge<double>(
        Prefix + "learning_rate",
        "1",
        "Learning rate of the last step."
    );
    private static readonly Gauge<double> GradientNorm = Meter.CreateGauge<double>(
        Prefix + "gradient_norm",
        "1",
        "Global gradient norm of the last step, before clipping."
    );

    /// <summary>Starts the activity of a run; null where nobody listens.</summary>
    public static Activity? StartRun(FineTuningOptions options, TrainingData data) =>
        Source
            .StartActivity("fine-tuning")
            ?.SetTag(Prefix + "output_directory", options.OutputDirectory)
            .SetTag(Prefix + "samples", data.Samples.Count);

    /// <summary>Starts the activity of an optimizer step.</summary>
    public static Activity? StartStep(long step) => Source.StartActivity("optimizer step")?.SetTag(Prefix + "step", step);

    /// <summary>Starts the activity of a checkpoint's write.</summary>
    public static Activity? StartCheckpoint(long step) => Source.StartActivity("checkpoint")?.SetTag(Prefix + "step", step);

    /// <summary>Records a step that is done.</summary>
    public static void Record(TrainingProgress done, TimeSpan duration)
    {
        Steps.Add(1);
        Tokens.Add(done.SampleTokens);
        StepDuration.Record(duration.TotalSeconds);
        Loss.Record(done.Loss);
        CrossEntropy.Record(done.CrossEntropy);
        foreach ((string name, double value) in done.LossTerms)
        {
            LossTerm.Record(value, new KeyValuePair<string, object?>(Prefix + "term", name));
        }

        LearningRate.Record(done.LearningRate);
        GradientNorm.Record(done.GradientNorm);
        if (done.Divergence is { } divergence)
        {
            Divergence.Record(divergence);
        }

        if (done.MaskRate is { } rate)
        {
            MaskRate.Record(rate);
        }
    }
}
