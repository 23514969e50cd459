using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;

namespace ReflectionCoder.OnPolicy;

/// <summary>
/// Trains a model on answers of its own (on-policy self-distillation): it answers a task, the answer is run, and the same weights, with
/// the attempt and what came of it in view, teach the tokens that the model wrote.
/// </summary>
/// <remarks>
/// <para>Per step and task: the model writes an answer y to the instruction x; the verifier judges it and gives its feedback f; where it
/// failed, the loss is the divergence between p(· | x, y before t) and p(· | x, f, x, y before t) at each token t of y, the mean over the
/// step's taught tokens. The teacher, the second of the two, is detached: no gradient passes through it. After SDPO (arXiv 2601.20802) and
/// SDFT (arXiv 2601.19897); docs/on-policy.md says where this differs.</para>
/// <para>A run is one of the fine-tuner's, with its checkpoints, resume, metrics, callbacks and progress. In
/// <see cref="TrainingProgress"/>, <see cref="TrainingProgress.Divergence"/> is the chosen divergence,
/// <see cref="TrainingProgress.CrossEntropy"/> 0, <see cref="TrainingProgress.SampleTokens"/> the teacher rows' tokens and
/// <see cref="TrainingProgress.HiddenTokens"/> those of them that the student's rows lack. <see cref="TrainingProgress.Metrics"/> has the
/// step's counts: <c>rollouts</c>, <c>rollouts_passed</c>, <c>rollouts_taught</c>, <c>rollouts_cut</c> (at the limit of tokens),
/// <c>rollouts_left_out</c> (too long), <c>rollouts_not_judged</c>, <c>answer_tokens</c> and <c>taught_tokens</c>. A step without a taught
/// answer counts as a step and changes no weight.</para>
/// <para>On CPU at an equal thread count a resumed run ends with the bits of one that was never stopped, as long as equal answers get equal
/// verdicts. Torch runs on a <see cref="TorchThread"/>, as in a <see cref="ReflectionFineTuner"/>; the training thread waits while answers
/// are verified.</para>
/// </remarks>
public sealed class OnPolicyDistiller
{
    private readonly ICausalLanguageModel model;
    private readonly CodeTokenizer tokenizer;
    private readonly IRolloutVerifier verifier;
    private readonly OnPolicyOptions options;
    private readonly AveragingOptimizerFactory? averaging;
    private readonly RunSession session;

    /// <summary>Creates a distiller.</summary>
    /// <param name="model">The model. Its weights are changed; it stays the caller's to dispose.</param>
    /// <param name="tokenizer">The model's tokenizer; saved beside it.</param>
    /// <param name="verifier">Judges answers; see <see cref="CreateVerifier"/>.</param>
    /// <param name="options">The options; copied.</param>
    /// <param name="thread">The thread for torch; stays the caller's to dispose. The default value is null: each run has a thread of its
    /// own.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public OnPolicyDistiller(
        ICausalLanguageModel model,
        CodeTokenizer tokenizer,
        IRolloutVerifier verifier,
        OnPolicyOptions options,
        TorchThread? thread = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(verifier);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (this.model, this.tokenizer, this.verifier, this.options) = (model, tokenizer, verifier, options.Copy());
        averaging = options.TeacherDecay is { } decay ? new AveragingOptimizerFactory(options.Training.EffectiveOptimizer, decay) : null;
        session = new RunSession(model, tokenizer, this.options.RunOptions(averaging), thread);
    }

    /// <summary>Makes the verifier that runs answers with the tasks' tests, as <see cref="TaskRunner"/> does.</summary>
    /// <param name="sandbox">Runs the programs; stays the caller's to dispose.</param>
    /// <param name="limits">Limits of each run. The default value is null: 5 s of wall-clock time, 2 s of processor time, 4 KiB of standard
    /// output and as much of standard error, and else those of <see cref="SandboxLimits"/>.</param>
    /// <returns>
    /// The verifier. Its feedback is a code block, the answer's code with the tests, and an execution block, what that printed. Memory
    /// addresses are 0x0 there, because another run would show others.
    /// </returns>
    /// <remarks>
    /// <see cref="IRolloutVerifier.PrepareAsync"/> throws a <see cref="TrainingDataException"/> where a task has no asserts, and a
    /// <see cref="SandboxUnavailableException"/> where the sandbox can't run a task's language.
    /// </remarks>
    /// <exception cref="InvalidOptionsException">Limits are out of range; all of them are listed.</exception>
    public static IRolloutVerifier CreateVerifier(ICodeSandbox sandbox, SandboxLimits? limits = null) =>
        new SandboxVerifier(sandbox, limits);

    /// <summary>Trains until the last step, saves the model, and reports on the way.</summary>
    /// <param name="tasks">The tasks, with unique ids. Their solutions aren't used.</param>
    /// <param name="progress">Told of every optimizer step, in order, on the training thread. The default value is null: nobody is
    /// told.</param>
    /// <param name="cancellationToken">Stops the run while answers are written or verified, or before the next micro-batch. A checkpoint of
    /// the last complete step is written first.</param>
    /// <returns>The run's result, once the trained model is saved.</returns>
    /// <exception cref="TrainingDataException">There is no task, one can't be worked on, or two have the same id.</exception>
    /// <exception cref="SandboxUnavailableException">Answers can't be run, not even at the start, or none of a step's could. The weights
    /// are those of the step before.</exception>
    /// <exception cref="NonFiniteException">
    /// The logits, the loss or the gradient became infinite or not a number. The weights are those of the step before.
    /// </exception>
    /// <exception cref="Checkpointing.CheckpointException">
    /// A checkpoint could not be written or read, or belongs to another run; or the output directory holds another run's files.
    /// </exception>
    /// <exception cref="FineTuningCanceledException">The run was cancelled; the exception names the checkpoint.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began; nothing was written.</exception>
    /// <exception cref="InvalidOperationException">A run is not finished yet; or <see cref="FineTuningOptions.Lora"/> doesn't fit the
    /// model.</exception>
    public Task<FineTuningResult> TrainAsync(
        IEnumerable<ProgrammingTask> tasks,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tasks);

        // In the pool, so that the call returns at once however many tasks there are to encode.
        return session.RunAsync(
            () => Task.Run(() => PrepareAsync(tasks, cancellationToken), cancellationToken),
            progress,
            cancellationToken
        );
    }

    private async Task<RunContent> PrepareAsync(IEnumerable<ProgrammingTask> tasks, CancellationToken cancellationToken)
    {
        TrainingDataGuard.CheckModel(tokenizer, model);
        RolloutTasks checkedTasks = RolloutTasks.Create(tasks, tokenizer, model, options);
        await verifier.PrepareAsync(checkedTasks.Tasks, cancellationToken).ConfigureAwait(false);
        return new RunContent(checkedTasks.Data, new RolloutPlanner(model, tokenizer, verifier, options, checkedTasks))
        {
            Teacher = new DetachedTeacher(averaging),
        };
    }
}
