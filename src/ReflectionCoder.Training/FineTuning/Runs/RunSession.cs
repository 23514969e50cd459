using System.Diagnostics;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Prepares runs of a model and executes them on the thread for torch, one at a time.</summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="options">The runs' options, checked and copied.</param>
/// <param name="thread">The thread; null for one of its own for each run.</param>
internal sealed class RunSession(ICausalLanguageModel model, CodeTokenizer tokenizer, FineTuningOptions options, TorchThread? thread)
{
    private int running;

    /// <summary>Executes a run.</summary>
    /// <param name="prepare">Gives what is trained on, or refuses the run with an exception, before anything is changed.</param>
    /// <param name="progress">Told of every step; null for nobody.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="InvalidOperationException">A run is under way.</exception>
    public Task<FineTuningResult> RunAsync(
        Func<Task<RunContent>> prepare,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken
    ) =>
        Interlocked.Exchange(ref running, 1) == 0
            ? ExecuteAsync(prepare, progress, cancellationToken)
            : throw new InvalidOperationException("A run of this fine-tuner is under way; one at a time.");

    private async Task<FineTuningResult> ExecuteAsync(
        Func<Task<RunContent>> prepare,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        TorchThread torch = thread ?? new TorchThread("fine-tuning");
        try
        {
            RunContent content = await prepare().ConfigureAwait(false);
            using Activity? activity = FineTuningTelemetry.StartRun(options, content.Data);

            // The token isn't given to the thread: the run must begin even if it is cancelled already, because it writes the checkpoint.
            return await torch.RunAsync(() => Train(content, progress, cancellationToken), CancellationToken.None).ConfigureAwait(false);
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

    private FineTuningResult Train(RunContent content, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        // The thread may be shared, and a new thread takes over the count that was set last. So both settings are restored after the run.
        int threads = TorchSharp.torch.get_num_threads();
        using IDisposable gradients = TorchSharp.torch.enable_grad();
        try
        {
            TorchSharp.torch.set_num_threads(options.Threads);
            using TrainingRun run = Start(content);
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
    private TrainingRun Start(RunContent content)
    {
        content.Check?.Invoke();
        CheckpointStore store = new(options.OutputDirectory, options.Logger) { BeforeCommit = options.BeforeCheckpointCommit };
        TrainingCheckpoint? checkpoint = RunStart.Find(store, model, options);
        bool hadAdapter = AdapterStart.HasAdapter(model);
        AdapterStart.Prepare(model, tokenizer, options);
        try
        {
            ModelGuard.Check(model);
            return new TrainingRun(model, tokenizer, options, content, store, checkpoint);
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
