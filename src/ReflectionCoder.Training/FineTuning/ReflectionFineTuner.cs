using System.Diagnostics;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Trains a model with reflection self-distillation (arXiv 2405.17057, section 3.3). The model is its own teacher: more and more of the
/// reflection is hidden from the student, which learns to give the answer that the teacher gives with the whole reflection in view.
/// </summary>
/// <remarks>
/// Torch runs on a <see cref="TorchThread"/>: the one given, or one that exists for the time of the run. During a run only the run's
/// callbacks may use the model. With <see cref="FineTuningOptions.Lora"/> the model keeps its adapter after the run. On which thread
/// progress and callbacks run: see <see cref="IFineTuner"/>.
/// </remarks>
public sealed class ReflectionFineTuner : IFineTuner
{
    private readonly ICausalLanguageModel model;
    private readonly CodeTokenizer tokenizer;
    private readonly FineTuningOptions options;
    private readonly TorchThread? thread;
    private int running;

    /// <summary>Creates a fine-tuner.</summary>
    /// <param name="model">The model. Its weights are changed; it stays the caller's to dispose.</param>
    /// <param name="tokenizer">The tokenizer of the samples; saved beside the model.</param>
    /// <param name="options">The options; copied.</param>
    /// <param name="thread">The thread for torch; stays the caller's to dispose. The default value is null: each run has a thread of its
    /// own.</param>
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
    /// <exception cref="InvalidOperationException">A run of this fine-tuner is not finished yet; or <see cref="FineTuningOptions.Lora"/>
    /// doesn't fit the model: it is set and the model can't have such an adapter, or it is null and the model has one.</exception>
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

            // The token isn't given to the thread: the run must begin even if it is cancelled already, because it writes the checkpoint.
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
        // The thread may be shared, and a new thread takes over the count that was set last. So both settings are restored after the run.
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

    /// <summary>
    /// Prepares a run, or refuses it with an exception. A refused run leaves files of a former run untouched, and the model without the
    /// adapter that was added for it.
    /// </summary>
    private TrainingRun Start(TrainingData data)
    {
        TrainingDataGuard.Check(data, tokenizer, model, options.Distillation);
        CheckpointStore store = new(options.OutputDirectory, options.Logger) { BeforeCommit = options.BeforeCheckpointCommit };
        TrainingCheckpoint? checkpoint = RunStart.Find(store, model, options);
        bool hadAdapter = AdapterStart.HasAdapter(model);
        AdapterStart.Prepare(model, tokenizer, options);
        try
        {
            ModelGuard.Check(model);
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
