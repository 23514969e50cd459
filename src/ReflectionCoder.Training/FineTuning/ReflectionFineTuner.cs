using System.Diagnostics;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Reflection self-distillation (paper section 3.3): trains a model to give, with the reflection hidden step by step, the answer it gives
/// with it in view.
/// </summary>
/// <remarks>
/// Torch runs on a <see cref="TorchThread"/>: the one given, or one that a run starts and ends. Nothing else may use the model during a run
/// but the run's own callbacks. With <see cref="FineTuningOptions.Lora"/> the model keeps its adapter afterwards. How progress and
/// callbacks reach the caller: see <see cref="IFineTuner"/>.
/// </remarks>
public sealed class ReflectionFineTuner : IFineTuner
{
    private readonly ICausalLanguageModel model;
    private readonly CodeTokenizer tokenizer;
    private readonly FineTuningOptions options;
    private readonly TorchThread? thread;
    private int running;

    /// <summary>Creates a fine-tuner.</summary>
    /// <param name="model">The model, trained in place; stays the caller's.</param>
    /// <param name="tokenizer">The tokenizer of the samples; saved beside the model.</param>
    /// <param name="options">The options; copied.</param>
    /// <param name="thread">Where torch runs; stays the caller's. Null for a thread a run.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public ReflectionFineTuner(ICausalLanguageModel model, CodeTokenizer tokenizer, FineTuningOptions options, TorchThread? thread = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.model = model;
        this.tokenizer = tokenizer;
        this.options = options with { Lora = options.Lora is null ? null : options.Lora with { } };
        this.thread = thread;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A run is under way; or the options ask for an adapter that the model can't have, or for
    /// none where it has one.</exception>
    public Task<FineTuningResult> TrainAsync(
        TrainingData data,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return Interlocked.Exchange(ref running, 1) == 0
            ? RunAsync(data, progress, cancellationToken)
            : throw new InvalidOperationException("A run of this fine-tuner is under way; one at a time.");
    }

    private async Task<FineTuningResult> RunAsync(
        TrainingData data,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        TorchThread torch = thread ?? new TorchThread("fine-tuning");
        try
        {
            using Activity? activity = FineTuningTelemetry.StartRun(options, data);

            // Cancelled or not, the work begins: it is the run that knows how to stop with a checkpoint.
            return await torch.RunAsync(() => Train(data, progress, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref running, 0);
            if (thread is null)
            {
                torch.Dispose();
            }
        }
    }

    private FineTuningResult Train(TrainingData data, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        // The thread may be another's, and new threads start with what was set last: the run's own count and grad mode end with it.
        int threads = TorchSharp.torch.get_num_threads();
        using IDisposable gradients = TorchSharp.torch.enable_grad();
        try
        {
            TorchSharp.torch.set_num_threads(options.Threads);
            using TrainingRun run = Start(data);
            return run.Execute(progress, cancellationToken);
        }
        finally
        {
            TorchSharp.torch.set_num_threads(threads);
        }
    }

    /// <summary>Tries what can refuse a run. Nothing of a former run is touched, and a refused run's adapter goes again.</summary>
    private TrainingRun Start(TrainingData data)
    {
        TrainingDataGuard.Check(data, tokenizer, model, options.Distillation);
        CheckpointStore store = new(options.OutputDirectory, options.Logger) { BeforeCommit = options.BeforeCheckpointCommit };
        TrainingCheckpoint? checkpoint = RunStart.Find(store, model, options);
        bool hadAdapter = AdapterStart.HasAdapter(model);
        AdapterStart.Prepare(model, tokenizer, options);
        try
        {
            return new TrainingRun(model, tokenizer, options, data, store, checkpoint);
        }
        catch when (!hadAdapter)
        {
            if (model is IAdaptableModel { Adapter: not null } adapted)
            {
                adapted.RemoveAdapter();
            }

            throw;
        }
    }
}
