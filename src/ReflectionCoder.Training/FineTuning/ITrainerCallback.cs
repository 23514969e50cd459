using ReflectionCoder.Modeling;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Is told of a run's events. Callbacks are called on the training thread, in the order of <see cref="FineTuningOptions.Callbacks"/>, and
/// training waits for them.
/// </summary>
/// <remarks>
/// A callback may use the model, but must not change weights or gradients. It must dispose the tensors that it makes, for example with a
/// dispose scope. An exception ends the run; an <see cref="OperationCanceledException"/>, after
/// <see cref="TrainerContext.CancellationToken"/> was cancelled, ends it with a checkpoint. The fine-tuner never disposes callbacks.
/// </remarks>
public interface ITrainerCallback
{
    /// <summary>
    /// Called before the first step of a session, also of a resumed one (<see cref="TrainerContext.Resumed"/>). An exception refuses the
    /// run; the output directory is then as it was.
    /// </summary>
    /// <param name="context">The run.</param>
    void OnTrainBegin(TrainerContext context) { }

    /// <summary>Called after an optimizer step, before its metrics are written and its checkpoint is saved.</summary>
    /// <param name="context">The run.</param>
    /// <param name="progress">The step.</param>
    void OnStepEnd(TrainerContext context, TrainingProgress progress) { }

    /// <summary>Called when a checkpoint is complete on the disk.</summary>
    /// <param name="context">The run.</param>
    /// <param name="directory">The checkpoint's folder.</param>
    void OnCheckpointSaved(TrainerContext context, string directory) { }

    /// <summary>Called after the last step, before the trained model is saved. Not called when a run is cancelled or fails.</summary>
    /// <param name="context">The run.</param>
    void OnTrainEnd(TrainerContext context) { }
}

/// <summary>The run, as callbacks see it.</summary>
public sealed class TrainerContext
{
    private readonly Dictionary<string, double> metrics = [];

    internal TrainerContext(ICausalLanguageModel model, FineTuningOptions options, TrainingData data, long maxSteps)
    {
        Model = model;
        Options = options;
        Data = data;
        MaxSteps = maxSteps;
    }

    /// <summary>The model that is trained. It belongs to the fine-tuner's caller; a callback must not dispose it.</summary>
    public ICausalLanguageModel Model { get; }

    /// <summary>The run's options: the fine-tuner's copy, which must not be changed.</summary>
    public FineTuningOptions Options { get; }

    /// <summary>The training samples.</summary>
    public TrainingData Data { get; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public long MaxSteps { get; }

    /// <summary>Optimizer steps done, in all sessions of the run.</summary>
    public long Step { get; internal set; }

    /// <summary>Is cancelled when the run is to stop. A callback that takes long should watch it and return early.</summary>
    public CancellationToken CancellationToken { get; internal set; }

    /// <summary>Whether this session goes on from a checkpoint.</summary>
    public bool Resumed { get; internal init; }

    /// <summary>
    /// Adds a number to the metrics of the step that has just ended; one of the same name is replaced. Numbers that
    /// <see cref="ITrainerCallback.OnTrainBegin"/> adds get a line of their own, as step 0.
    /// </summary>
    /// <param name="name">Name of the JSON field, in snake case.</param>
    /// <param name="value">The number, finite.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is infinite or NaN.</exception>
    public void AddMetric(string name, double value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"The metric {name} must be finite.");
        }

        metrics[name] = value;
    }

    /// <summary>The numbers that callbacks have added for the step that has just ended, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics => metrics;

    internal IReadOnlyDictionary<string, double> TakeMetrics()
    {
        Dictionary<string, double> taken = new(metrics);
        metrics.Clear();
        return taken;
    }
}
