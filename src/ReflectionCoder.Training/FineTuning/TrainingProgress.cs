namespace ReflectionCoder.FineTuning;

/// <summary>The numbers of one optimizer step.</summary>
public sealed record TrainingProgress
{
    /// <summary>Optimizer steps done, this one included, in all sessions of the run.</summary>
    public required long Step { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public required long MaxSteps { get; init; }

    /// <summary>Passes over the data so far, such as 1.25.</summary>
    public required double Epoch { get; init; }

    /// <summary>
    /// The loss, in nats: <see cref="CrossEntropy"/>, plus <see cref="Divergence"/> times <see cref="FineTuningOptions.KlWeight"/>, plus
    /// <see cref="LossTerms"/>.
    /// </summary>
    public required double Loss { get; init; }

    /// <summary>Cross entropy, the mean over labels, in nats.</summary>
    public required double CrossEntropy { get; init; }

    /// <summary>
    /// KL(teacher ‖ student), the mean over positions, in nats, as it enters the loss: times the samples' own weights, but without
    /// <see cref="FineTuningOptions.KlWeight"/>. Null if the step had nothing to distil.
    /// </summary>
    public required double? Divergence { get; init; }

    /// <summary>
    /// What each additional term of your own loss added to <see cref="Loss"/>, by name: the term's sums times their scales. Empty with the
    /// library's losses. The default value is empty.
    /// </summary>
    public IReadOnlyDictionary<string, double> LossTerms { get; init; } = new Dictionary<string, double>();

    /// <summary>Share of the reflections that was hidden, from 0 to 1; null if the step had nothing to distil.</summary>
    public required double? MaskRate { get; init; }

    /// <summary>Learning rate of this update.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Global norm (L2) of the gradient before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Tokens with a cross entropy, those of teacher and student rows together.</summary>
    public required long Labels { get; init; }

    /// <summary>Tokens of the step's samples, each counted once.</summary>
    public required long SampleTokens { get; init; }

    /// <summary>Tokens that were hidden from the student, and therefore left out of its rows.</summary>
    public required long HiddenTokens { get; init; }

    /// <summary><see cref="SampleTokens"/> divided by the step's seconds.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Largest resident memory of the process so far, in bytes. Memory of a CUDA device isn't counted.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Training time so far, in all sessions of the run.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Expected time until the last step is done, if steps take as long as this session's did on average.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>
    /// What callbacks measured at this step, by name (<see cref="TrainerContext.AddMetric"/>), and what an on-policy run counted of its
    /// rollouts. Callbacks themselves still see it empty. The default value is empty.
    /// </summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}
