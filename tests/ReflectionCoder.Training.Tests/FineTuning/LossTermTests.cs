using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Diagnostics;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Losses;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>Terms of a loss by their names: the library's two, and a host's.</summary>
public sealed class LossTermTests
{
    private const string Gauge = "reflectioncoder.training.loss_term";

    [Fact]
    public void Train_HostsTerm_IsInProgressMetricsEventsAndTelemetry()
    {
        using RunFolder folder = new();
        List<(double Value, object? Term)> measured = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Training && instrument.Name == Gauge)
                {
                    meters.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>(
            (_, value, tags, _) =>
            {
                foreach ((string key, object? term) in tags)
                {
                    if (key == "reflectioncoder.training.term" && Equals(term, "hidden_size"))
                    {
                        lock (measured)
                        {
                            measured.Add((value, term));
                        }
                    }
                }
            }
        );
        listener.Start();
        StepLog log = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            MaxSteps = 3,
            KlWeight = 0.3,
            Loss = new HiddenSize(weight: 0.01),
            Callbacks = [new TensorBoardCallback(folder["events"])],
        };
        TinyRun.Train(options, progress: log);

        Assert.Equal(3, log.Steps.Count);
        JsonElement[] lines = [.. File.ReadLines(folder["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.Clone())];
        foreach ((int i, TrainingProgress step) in log.Steps.Index())
        {
            double term = Assert.Single(step.LossTerms).Value;
            Assert.True(term > 0);
            Assert.Equal(step.CrossEntropy + (0.3 * (step.Divergence ?? 0)) + term, step.Loss);
            Assert.Equal(term, lines[i].GetProperty("hidden_size").GetDouble());
            Assert.Equal(term, measured[i].Value);
        }

        string events = Encoding.Latin1.GetString(File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder["events"]))));
        Assert.Contains("train/hidden_size", events);

        using RunFolder other = new();
        TinyRun.Train(
            options with
            {
                OutputDirectory = other.Path,
                Loss = DistillationLosses.Chunked(),
                Callbacks = [],
                MetricsPath = null,
            }
        );
        Assert.NotEqual(TinyRun.Weights(other.Path), TinyRun.Weights(folder.Path));
    }

    /// <summary>Fields and their order, as they have always been.</summary>
    [Fact]
    public void Train_NoTermOfAHosts_WritesTheKnownFields()
    {
        using RunFolder folder = new();
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { MaxSteps = 2 }, progress: log);
        Assert.All(log.Steps, step => Assert.Empty(step.LossTerms));
        Assert.All(
            File.ReadLines(folder["metrics.jsonl"]),
            line =>
                Assert.Equal(
                    MetricsFile.Fields,
                    JsonDocument.Parse(line).RootElement.EnumerateObject().Select(field => field.Name).ToHashSet()
                )
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(2)]
    public void Train_KlWeight_EntersTheLossOnceAndTheReportedMeanNever(double weight)
    {
        using RunFolder folder = new();
        StepLog log = new();
        List<LossTerm> terms = [];
        List<DistillationInput> inputs = [];
        WatchedLoss loss = new(
            inputs.Add,
            computed =>
            {
                terms.AddRange(computed.Terms);
                return computed;
            }
        );
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            MaxSteps = 1,
            KlWeight = weight,
            Loss = loss,
            GradientAccumulationSteps = 1,
            PerDeviceTrainBatchSize = 4,
        };
        TinyRun.Train(options, TinyRun.Data(4, 0), log);
        DistillationInput input = Assert.Single(inputs);
        int pairs = input.Targets.TeacherRows.Length;
        Assert.Equal(weight * (1.0 / pairs), input.DivergenceScale);
        Assert.Equal(["cross_entropy", "divergence"], terms.Select(term => term.Name));
        Assert.Equal([input.CrossEntropyScale, input.DivergenceScale], terms.Select(term => term.Scale));
        TrainingProgress step = Assert.Single(log.Steps);
        Assert.Equal(terms[1].Sum * (1.0 / pairs), step.Divergence);
        Assert.Equal(step.CrossEntropy + (weight * step.Divergence!.Value), step.Loss);
    }

    [Theory]
    [InlineData("cross_entropy")]
    [InlineData("divergence")]
    [InlineData("other")]
    public void Train_TermThatIsNotFinite_IsNamed(string name)
    {
        using RunFolder folder = new();
        WatchedLoss loss = new(
            _ => { },
            computed => computed with { Terms = [.. computed.Terms.Where(term => term.Name != name), new LossTerm(name, double.NaN, 1)] }
        );
        NonFiniteException exception = Assert.Throws<NonFiniteException>(() =>
            TinyRun.Train(TinyRun.Options(folder.Path) with { Loss = loss }, TinyRun.Data(18, 0))
        );
        Assert.StartsWith($"The term {name} of the loss of step 1 is NaN; the update was not made.", exception.Message);
        Assert.Equal(2, exception.Samples.Count);
    }

    [Fact]
    public void Train_TermThatTheTotalLacks_IsRefused()
    {
        using RunFolder folder = new();
        WatchedLoss loss = new(_ => { }, computed => computed with { Terms = [.. computed.Terms, new LossTerm("other", 3, 1)] });
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
            TinyRun.Train(TinyRun.Options(folder.Path) with { Loss = loss })
        );
        Assert.Contains("its terms (cross_entropy, divergence, other) add up to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_DisposedTotal_IsNamed()
    {
        using RunFolder folder = new();
        WatchedLoss loss = new(
            _ => { },
            computed =>
            {
                computed.Total.Dispose();
                return computed;
            }
        );
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
            TinyRun.Train(TinyRun.Options(folder.Path) with { Loss = loss })
        );
        Assert.Contains("MoveToOuterDisposeScope", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("divergence")]
    [InlineData("kl")]
    [InlineData("step")]
    [InlineData("Penalty")]
    [InlineData("my term")]
    public void Train_TermOfATakenName_IsRefused(string name)
    {
        using RunFolder folder = new();
        WatchedLoss loss = new(_ => { }, computed => computed with { Terms = [.. computed.Terms, new LossTerm(name, 1, 1)] });
        string message = Assert
            .Throws<InvalidOperationException>(() => TinyRun.Train(TinyRun.Options(folder.Path) with { Loss = loss }))
            .Message;
        Assert.Contains($"watched has a term '{name}'", message);
    }

    [Fact]
    public void Train_LossWithoutDivergence_ReportsNone()
    {
        using RunFolder folder = new();
        StepLog log = new();
        WatchedLoss loss = new(
            _ => { },
            computed =>
                computed with
                {
                    Terms = [computed.Terms[0], new LossTerm("distance", computed.Terms[1].Sum, computed.Terms[1].Scale)],
                }
        );
        TinyRun.Train(TinyRun.Options(folder.Path) with { Loss = loss, MaxSteps = 1 }, TinyRun.Data(18, 0), log);
        TrainingProgress step = Assert.Single(log.Steps);
        Assert.Null(step.Divergence);
        Assert.Equal(step.CrossEntropy + step.LossTerms["distance"], step.Loss);
    }

    /// <summary>The library's loss and the mean square of the hidden states.</summary>
    private sealed class HiddenSize(double weight) : IDistillationLoss
    {
        private readonly IDistillationLoss inner = DistillationLosses.Chunked();

        public string Identity => $"hidden-size({weight})";

        public DistillationLoss Compute(DistillationInput input)
        {
            using DisposeScope scope = NewDisposeScope();
            DistillationLoss loss = inner.Compute(input);
            Tensor square = input.Hidden.square().mean();
            return new DistillationLoss(
                loss.Total.add(square.mul(weight)).MoveToOuterDisposeScope(),
                [.. loss.Terms, new LossTerm("hidden_size", square.detach().item<float>(), weight)]
            );
        }
    }
}
