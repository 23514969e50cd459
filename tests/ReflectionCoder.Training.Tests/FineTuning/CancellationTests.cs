using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>Wherever a run is cancelled, it leaves a checkpoint that leads to the same end, and no tensor.</summary>
public sealed class CancellationTests(UninterruptedRun uninterrupted) : IClassFixture<UninterruptedRun>
{
    public static TheoryData<string, int> Points
    {
        get
        {
            TheoryData<string, int> points = [];
            foreach (string place in new[] { "forward", "loss", "computed loss" })
            {
                foreach (int call in new[] { 1, 2, 3, 8, 17 })
                {
                    points.Add(place, call);
                }
            }

            foreach (int step in new[] { 1, 3, 5, 13 })
            {
                points.Add("step end", step);
                points.Add("thrown at step end", step);
                points.Add("progress", step);
            }

            points.Add("before the call", 0);
            points.Add("train begin", 0);
            points.Add("thrown at train begin", 0);
            points.Add("checkpoint", 3);
            points.Add("thrown at checkpoint", 6);
            points.Add("thrown at train end", 14);
            return points;
        }
    }

    [Theory]
    [MemberData(nameof(Points))]
    public void Train_CancelledAnywhere_EndsAlikeAfterResumingAndLeaksNothing(string place, int number)
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path);
        long before = LiveTensors.Count();
        using (CancellationTokenSource stop = new())
        {
            Trigger trigger = new(place, number, stop);
            using CausalLanguageModel model = TinyRun.Model();
            using WatchedModel watched = new(model, trigger);
            FineTuningCanceledException exception = Assert.Throws<FineTuningCanceledException>(() =>
                TinyRun.Train(watched, options with { Callbacks = [trigger], Loss = trigger.Loss }, progress: trigger, stop: stop.Token)
            );
            Assert.Equal(stop.Token, exception.CancellationToken);
            Assert.True(Directory.Exists(exception.Checkpoint));
            Assert.All(model.Parameters.Values, parameter => Assert.Null(parameter.grad));
        }

        Assert.Equal(before, Tensor.TotalCount);
        TinyRun.Train(options with { Resume = true, Loss = new WatchedLoss(_ => { }) });
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(uninterrupted.Weights, TinyRun.Weights(folder.Path));
        Assert.Equal(uninterrupted.Metrics, UninterruptedRun.TimelessMetrics(folder["metrics.jsonl"]));
    }

    [Fact]
    public void Train_CancelledAfterTheLastStep_IsDone()
    {
        using RunFolder folder = new();
        using CancellationTokenSource stop = new();
        using CausalLanguageModel model = TinyRun.Model();
        StepEnd last = new(
            (run, _) =>
            {
                if (run.Step == run.MaxSteps)
                {
                    stop.Cancel();
                }
            }
        );
        TinyRun.Train(model, TinyRun.Options(folder.Path) with { Callbacks = [last] }, stop: stop.Token);
        Assert.Equal(uninterrupted.Weights, TinyRun.Weights(folder.Path));
    }

    [Fact]
    public void Train_FailingAnywhere_LeaksNothing()
    {
        long before = LiveTensors.Count();
        foreach (
            string place in new[]
            {
                "forward",
                "loss",
                "computed loss",
                "thrown at step end",
                "thrown at train begin",
                "thrown at checkpoint",
            }
        )
        {
            using RunFolder folder = new();
            using CausalLanguageModel model = TinyRun.Model();
            Trigger trigger = new(place, place.EndsWith("begin", StringComparison.Ordinal) ? 0 : 3, stop: null);
            using WatchedModel watched = new(model, trigger);
            Assert.Throws<FormatException>(() =>
                TinyRun.Train(watched, TinyRun.Options(folder.Path) with { Callbacks = [trigger], Loss = trigger.Loss }, progress: trigger)
            );
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    /// <summary>Cancels, or fails where there is nothing to cancel, when a place is reached for the n-th time.</summary>
    private sealed class Trigger : ITrainerCallback, IProgress<TrainingProgress>
    {
        private readonly string place;
        private readonly int number;
        private readonly CancellationTokenSource? stop;
        private readonly Dictionary<string, int> reached = [];

        public Trigger(string place, int number, CancellationTokenSource? stop)
        {
            (this.place, this.number, this.stop) = (place, number, stop);
            Reach("before the call", 0);
        }

        public WatchedLoss Loss =>
            new(
                _ => Reach("loss"),
                loss =>
                {
                    Reach("computed loss");
                    return loss;
                }
            );

        public void OnTrainBegin(TrainerContext context) => Reach("train begin", 0);

        public void OnStepEnd(TrainerContext context, TrainingProgress progress) => Reach("step end", (int)progress.Step);

        public void OnCheckpointSaved(TrainerContext context, string directory) => Reach("checkpoint", (int)context.Step);

        public void OnTrainEnd(TrainerContext context) => Reach("train end", (int)context.Step);

        public void Report(TrainingProgress value) => Reach("progress", (int)value.Step);

        public void Reach(string here)
        {
            int count = reached[here] = reached.GetValueOrDefault(here) + 1;
            Reach(here, count);
        }

        private void Reach(string here, int count)
        {
            bool thrown = place == "thrown at " + here;
            if (count != number || (place != here && !thrown))
            {
                return;
            }

            if (stop is null)
            {
                throw new FormatException(place);
            }

            stop.Cancel();
            if (thrown)
            {
                stop.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private sealed class WatchedModel(CausalLanguageModel model, Trigger trigger) : ICausalLanguageModel
    {
        bool ICausalLanguageModel.SupportsNeededRows => true; // as the model that it watches, whose results it must give to the bit

        public int VocabularySize => model.VocabularySize;

        public int HiddenSize => model.HiddenSize;

        public Device Device => model.Device;

        public IReadOnlyDictionary<string, Tensor> Parameters => model.Parameters;

        public Tensor OutputWeight => model.OutputWeight;

        public Tensor Forward(ModelInput input)
        {
            trigger.Reach("forward");
            return model.Forward(input);
        }

        public void Dispose() { }
    }
}
