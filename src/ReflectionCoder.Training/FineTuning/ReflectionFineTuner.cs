using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning;

/// <summary>Reflection self-distillation (paper section 3.3): trains a model to give, with the reflection hidden step by step, the answer it gives with it in view.</summary>
/// <remarks>
/// Torch runs on one thread that a run starts and ends. The model must not be used elsewhere meanwhile. Progress and callbacks arrive on that
/// thread.
/// </remarks>
public sealed class ReflectionFineTuner : IFineTuner
{
    private readonly ICausalLanguageModel model;
    private readonly CodeTokenizer tokenizer;
    private readonly FineTuningOptions options;

    /// <summary>Creates a trainer.</summary>
    /// <param name="model">The model, trained in place; stays the caller's.</param>
    /// <param name="tokenizer">The tokenizer of the samples; saved beside the model.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="FineTuningOptionsException">Options are out of range; all of them are listed.</exception>
    public ReflectionFineTuner(ICausalLanguageModel model, CodeTokenizer tokenizer, FineTuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.model = model;
        this.tokenizer = tokenizer;
        this.options = options;
    }

    /// <inheritdoc/>
    public Task<FineTuningResult> TrainAsync(TrainingData data, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return TorchThread.RunAsync("fine-tuning", options.Threads, () => Train(data, progress, cancellationToken));
    }

    private FineTuningResult Train(TrainingData data, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        TrainingDataGuard.Check(data, tokenizer, model, options.Distillation);
        CheckpointStore store = new(options.OutputDirectory, options.Logger) { BeforeCommit = options.BeforeCheckpointCommit };
        TrainingCheckpoint? checkpoint = RunStart.Prepare(store, options);
        using TrainingRun run = new(model, tokenizer, options, data, store, checkpoint);
        return run.Execute(progress, cancellationToken);
    }
}
