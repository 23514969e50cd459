using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Randomness;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Computes one optimizer step: forward and backward of its micro-batches, then the update of the weights.</summary>
internal sealed class StepTrainer(
    ICausalLanguageModel model,
    FineTuningOptions options,
    IOptimizer optimizer,
    DetachedTeacher? teacher,
    long warmupSteps,
    long maxSteps
)
{
    /// <summary>Computes a step and updates the weights. Of all tensors that are made on the way, none outlives the call.</summary>
    /// <param name="planned">The step's micro-batches.</param>
    /// <param name="loss">Takes up the step's losses.</param>
    /// <param name="step">Optimizer steps done before this one.</param>
    /// <param name="cancellationToken">Stops before a micro-batch.</param>
    /// <returns>
    /// The gradient norm before clipping, and the learning rate of the update. A step without micro-batches updates nothing.
    /// </returns>
    /// <exception cref="NonFiniteException">A loss or the gradient norm is infinite or not a number; no weight was changed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; no weight was changed, but gradients may remain.</exception>
    public (double GradientNorm, double LearningRate) Train(
        PlannedStep planned,
        StepLoss loss,
        long step,
        CancellationToken cancellationToken
    )
    {
        using DisposeScope scope = NewDisposeScope();
        double learningRate = options.LearningRate * options.LearningRateSchedule.GetFactor(step, warmupSteps, maxSteps);
        if (planned.MicroBatches.Count == 0)
        {
            return (0, learningRate);
        }

        SeedTorch(step);
        foreach ((int index, MicroBatch microBatch) in planned.MicroBatches.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            long dropoutSeed = unchecked((long)DropoutSeed.Of(options.Seed, step, index));
            Accumulate(microBatch, loss, step, dropoutSeed);
        }

        double norm = GradientNorm.Clip(
            model.TrainableParameters.Values,
            options.MaxGradNorm > 0 ? options.MaxGradNorm : double.PositiveInfinity
        );
        ThrowIfNotFinite("gradient norm", norm, step, planned.Sources);
        optimizer.Step(learningRate);
        ClearGradients();
        return (norm, learningRate);
    }

    /// <summary>Drops the gradients, also those that a failed step left.</summary>
    public void ClearGradients()
    {
        foreach (Tensor parameter in model.TrainableParameters.Values)
        {
            parameter.grad = null;
        }
    }

    private void Accumulate(MicroBatch microBatch, StepLoss loss, long step, long dropoutSeed)
    {
        using DisposeScope scope = NewDisposeScope();
        LossScales means = loss.MeansOf(microBatch);
        DistillationLoss computed = PackedLoss.Compute(
            model,
            options.Loss,
            microBatch.Packed,
            loss.Weighted(means),
            options.GradientCheckpointing,
            dropoutSeed,
            teacher
        );
        if (loss.Add(computed, means) is var (term, value))
        {
            ThrowIfNotFinite($"term {term} of the loss", value, step, [.. microBatch.Samples.Select(sample => sample.Source)]);
        }

        computed.Total.backward();
    }

    /// <summary>
    /// Seeds torch's generators for the step. A model of the host's may draw its dropout from them; a resumed run then draws the same.
    /// </summary>
    private void SeedTorch(long step)
    {
        long seed = options.Seed + step;
        manual_seed(seed).Dispose();
        if (model.Device.type == DeviceType.CUDA)
        {
            cuda.manual_seed_all(seed);
        }
    }

    private static void ThrowIfNotFinite(string quantity, double value, long step, IReadOnlyList<string> sources)
    {
        if (!double.IsFinite(value))
        {
            throw new NonFiniteException(
                $"The {quantity} of step {step + 1} is {value}; the update was not made. Samples: {string.Join(", ", sources.Take(16))}"
                    + (sources.Count > 16 ? $" and {sources.Count - 16} more." : ".")
            )
            {
                Step = step + 1,
                Samples = sources,
            };
        }
    }
}
