using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Losses;
using ReflectionCoder.Optimization;

namespace ReflectionCoder.OnPolicy;

/// <summary>The settings of an on-policy run: how answers are written, who teaches them, and how the model is updated.</summary>
/// <remarks>
/// The constructor of an <see cref="OnPolicyDistiller"/> checks them, reports all mistakes at once, and takes a copy. What they are for:
/// docs/on-policy.md.
/// </remarks>
public sealed record OnPolicyOptions : IValidatedOptions
{
    /// <summary>Stands for the task's instruction in <see cref="AttemptRequest"/> and <see cref="RetryRequest"/>.</summary>
    internal const string Instruction = "{instruction}";

    /// <summary>
    /// The run: output directory, which must be set, steps, learning rate, seed, threads, adapter, checkpoints, metrics, callbacks. The
    /// default value is the default options with a learning rate of 1e-5 and 4 × 8 answers a step.
    /// </summary>
    /// <remarks>
    /// A sample is an answer: a step has <see cref="FineTuningOptions.GlobalBatchSize"/> of them, and those that are taught are computed
    /// <see cref="FineTuningOptions.PerDeviceTrainBatchSize"/> at once. An epoch goes once through the tasks. There is no cross entropy,
    /// and nothing is masked: <see cref="FineTuningOptions.MaskStrategies"/> and <see cref="FineTuningOptions.MaskRateSchedule"/> have no
    /// effect. <see cref="FineTuningOptions.KlWeight"/> must be above 0, <see cref="FineTuningOptions.Distillation"/> true, and
    /// <see cref="FineTuningOptions.Loss"/> the library's chunked one.
    /// </remarks>
    public FineTuningOptions Training { get; set; } = new() { LearningRate = 1e-5, GradientAccumulationSteps = 8 };

    /// <summary>
    /// How the model writes its answers. Filters such as <see cref="GenerationOptions.TopP"/> make them less its own. To
    /// <see cref="GenerationOptions.Seed"/> the run's seed is added; what is drawn also depends on the step, the task and the answer's
    /// number. The default value is the default options with a temperature of 1.
    /// </summary>
    public GenerationOptions Generation { get; set; } = new() { Temperature = 1 };

    /// <summary>
    /// Answers that a task gets in a step; the step's answers must be a multiple of it. Above 1 the temperature must be above 0. The
    /// default value is 1.
    /// </summary>
    public int RolloutsPerTask { get; set; } = 1;

    /// <summary>
    /// What is minimized between the student's distribution over the next token and the teacher's. The default value is
    /// <see cref="DistillationDivergence.ReverseKl"/>.
    /// </summary>
    public DistillationDivergence Divergence { get; set; } = DistillationDivergence.ReverseKl;

    /// <summary>
    /// The teacher's weights are running averages: after each update, average = decay · average + (1 - decay) · weight; from 0 to 1, and 1
    /// keeps the weights that the run began with. They are in the checkpoints. The default value is null: the teacher has the weights that
    /// are trained, as they are before the update.
    /// </summary>
    public double? TeacherDecay { get; set; }

    /// <summary>
    /// Whether answers that passed are taught too, by a teacher that sees that they passed. The default value is false: they are left as
    /// they are, because there is nothing to mend.
    /// </summary>
    public bool TeachPassed { get; set; }

    /// <summary>
    /// The beginning of every answer, which the model continues, such as <c>```python</c> and a line feed. It isn't taught. The default
    /// value is empty.
    /// </summary>
    public string AnswerPrefix { get; set; } = "";

    /// <summary>
    /// The teacher's first user message, which the attempt answers; <c>{instruction}</c> stands for the task's instruction and must be in
    /// it. The default value is the instruction alone.
    /// </summary>
    public string AttemptRequest { get; set; } = Instruction;

    /// <summary>
    /// The teacher's second user message, which the taught answer answers; <c>{instruction}</c> stands for the task's instruction and must
    /// be in it. The default value is the instruction alone: the student's own prompt.
    /// </summary>
    public string RetryRequest { get; set; } = Instruction;

    /// <summary>
    /// Most tokens of a teacher's row, prompt and answer, at least 3. An answer whose row is longer, or longer than the model was made for,
    /// isn't taught, and counted. The default value is 4096.
    /// </summary>
    public int MaxLength { get; set; } = 4096;

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors()
    {
        OptionErrors errors = new OptionErrors().RequireValid(Training).RequireValid(Generation);
        if (Training is not null && Training.FindErrors().Count == 0)
        {
            _ = errors
                .Require(Training.Distillation, Training.Distillation, "true")
                .Require(Training.KlWeight > 0, Training.KlWeight, "more than 0")
                .Require(
                    Training.Loss is ChunkedDistillationLoss { Divergence: DistillationDivergence.ForwardKl },
                    Training.Loss.Identity,
                    $"the library's chunked loss; {nameof(Divergence)} says what it measures",
                    "Training.Loss"
                )
                .Require(
                    RolloutsPerTask < 1 || Training.GlobalBatchSize % RolloutsPerTask == 0,
                    RolloutsPerTask,
                    $"a divisor of the step's {Training.GlobalBatchSize} answers"
                );
        }

        return errors
            .Require(RolloutsPerTask >= 1, RolloutsPerTask, "at least 1")
            .Require(
                RolloutsPerTask <= 1 || Generation is not { Temperature: 0 },
                RolloutsPerTask,
                "1 where Generation.Temperature is 0: all answers to a task would be the same"
            )
            .Require(Enum.IsDefined(Divergence), Divergence, "ForwardKl, ReverseKl or JensenShannon")
            .Require(TeacherDecay is null or (>= 0 and <= 1), TeacherDecay, "null or from 0 to 1")
            .Require(AnswerPrefix is not null, AnswerPrefix, "given")
            .Require(IsTemplate(AttemptRequest), AttemptRequest, $"a text with {Instruction}")
            .Require(IsTemplate(RetryRequest), RetryRequest, $"a text with {Instruction}")
            .Require(MaxLength >= 3, MaxLength, "at least 3")
            .Found;
    }

    /// <summary>A copy that later changes of these options don't reach.</summary>
    internal OnPolicyOptions Copy() =>
        this with
        {
            Training = Training with { Lora = Training.Lora is null ? null : Training.Lora with { } },
            Generation = Generation with { },
        };

    /// <summary>The options of the run itself: with the loss, and with the optimizer that keeps the teacher's weights, if any.</summary>
    internal FineTuningOptions RunOptions(AveragingOptimizerFactory? averaging) =>
        Training with
        {
            Loss = new ChunkedDistillationLoss(((ChunkedDistillationLoss)Training.Loss).ChunkRows, Divergence),
            Optimizer = averaging ?? Training.Optimizer,
            MaskStrategies = [],
        };

    private static bool IsTemplate(string? text) => text?.Contains(Instruction, StringComparison.Ordinal) == true;
}
