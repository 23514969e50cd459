using ReflectionCoder.Modeling;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Told of a run's events, on the thread that trains, in the order of <see cref="FineTuningOptions.Callbacks"/>. It may use the model;
/// it must leave weights and gradients as they are. An exception ends the run; one for <see cref="TrainerContext.CancellationToken"/> ends
/// it with a checkpoint.
/// </summary>
/// <remarks>
/// Training waits for it. Tensors it makes are its own to dispose (a dispose scope does). The fine-tuner never disposes callbacks.
/// </remarks>
public interface ITrainerCallback
{
    /// <summary>Before the first step of this session.</summary>
    /// <param name="context">The run.</param>
    void OnTrainBegin(TrainerContext context) { }

    /// <summary>After an optimizer step, before its metrics are written and its checkpoint is saved.</summary>
    /// <param name="context">The run.</param>
    /// <param name="progress">The step.</param>
    void OnStepEnd(TrainerContext context, TrainingProgress progress) { }

    /// <summary>After a checkpoint has come into being.</summary>
    /// <param name="context">The run.</param>
    /// <param name="directory">Its folder.</param>
    void OnCheckpointSaved(TrainerContext context, string directory) { }

    /// <summary>After the last step, before the trained model is saved.</summary>
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

    /// <summary>The model in training; owned by the caller of the trainer.</summary>
    public ICausalLanguageModel Model { get; }

    /// <summary>The run's options.</summary>
    public FineTuningOptions Options { get; }

    /// <summary>The training samples.</summary>
    public TrainingData Data { get; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public long MaxSteps { get; }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; internal set; }

    /// <summary>Asks for the run's end; a callback that takes long should return early then.</summary>
    public CancellationToken CancellationToken { get; internal set; }

    /// <summary>Whether this session went on from a checkpoint.</summary>
    public bool Resumed { get; internal init; }

    /// <summary>
    /// Adds a number to the metrics of the step that has just ended. Added in <see cref="ITrainerCallback.OnTrainBegin"/>, it gets a line
    /// of its own, as step 0.
    /// </summary>
    /// <param name="name">Name of the JSON field, snake case.</param>
    /// <param name="value">The number, finite.</param>
    public void AddMetric(string name, double value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"The metric {name} must be finite.");
        }

        metrics[name] = value;
    }

    /// <summary>What callbacks have added since the last step.</summary>
    public IReadOnlyDictionary<string, double> Metrics => metrics;

    internal IReadOnlyDictionary<string, double> TakeMetrics()
    {
        Dictionary<string, double> taken = new(metrics);
        metrics.Clear();
        return taken;
    }
}
