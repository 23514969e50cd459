using System.Diagnostics;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Samples.Ablate.Measuring;

/// <summary>Takes the numbers of evaluation callbacks, which measure before a first step; that step is then refused.</summary>
internal sealed class Likelihoods(StudySettings settings, TorchThread thread)
{
    /// <summary>Measures a model.</summary>
    /// <param name="pretrained">The model; it isn't changed.</param>
    /// <param name="samples">Samples that a run would be accepted with; none is trained on.</param>
    /// <param name="callbacks">What measures.</param>
    /// <param name="stop">Stops before the next callback.</param>
    /// <returns>For each callback its numbers by name; one that could not be computed isn't there.</returns>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, double>>> TakeAsync(
        PretrainedModel pretrained,
        TrainingData samples,
        IReadOnlyList<EvaluationCallback> callbacks,
        CancellationToken stop
    )
    {
        Taker taker = new(callbacks);
        string scratch = Path.Combine(settings.Output, "measured");
        FineTuningOptions options = new()
        {
            OutputDirectory = scratch,
            MaxSteps = 1,
            PerDeviceTrainBatchSize = 1,
            GradientAccumulationSteps = 1,
            Threads = settings.Threads,
            Callbacks = [taker],
        };
        try
        {
            _ = await new ReflectionFineTuner(pretrained.Model, pretrained.Tokenizer, options, thread).TrainAsync(samples, null, stop);
        }
        catch (MeasuredException)
        {
            return taker.Taken;
        }
        finally
        {
            if (Directory.Exists(scratch))
            {
                Directory.Delete(scratch, recursive: true); // the refused run wrote nothing into it
            }
        }

        throw new UnreachableException("The run should have been refused once the model was measured.");
    }

    /// <summary>Lets each callback measure, and refuses the first step.</summary>
    private sealed class Taker(IReadOnlyList<EvaluationCallback> callbacks) : ITrainerCallback
    {
        /// <summary>Stands in the place of a number that the next callback may leave out.</summary>
        private const double Unmeasured = double.MinValue;

        public List<IReadOnlyDictionary<string, double>> Taken { get; } = [];

        public void OnTrainBegin(TrainerContext context)
        {
            foreach (EvaluationCallback callback in callbacks)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                foreach (string name in context.Metrics.Keys.ToArray())
                {
                    context.AddMetric(name, Unmeasured);
                }

                callback.OnTrainBegin(context);
                context.CancellationToken.ThrowIfCancellationRequested(); // a callback that was stopped says nothing of it
                Taken.Add(context.Metrics.Where(metric => metric.Value > Unmeasured).ToDictionary());
            }

            throw new MeasuredException();
        }
    }

    /// <summary>The model is measured; nothing is to be trained.</summary>
    private sealed class MeasuredException() : Exception("The model is measured.");
}
