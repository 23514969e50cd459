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
    private readonly RunSession session;

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
        session = new RunSession(model, tokenizer, this.options, thread);
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
        return session.RunAsync(() => Task.FromResult(Content(data)), progress, cancellationToken);
    }

    private RunContent Content(TrainingData data) =>
        new(data, new StepPlanner(options, data)) { Check = () => TrainingDataGuard.Check(data, tokenizer, model, options.Distillation) };
}
