namespace ReflectionCoder.FineTuning;

/// <summary>One optimizer step of a run.</summary>
public sealed record TrainingProgress
{
    /// <summary>Optimizer steps done, this one included.</summary>
    public required long Step { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public required long MaxSteps { get; init; }

    /// <summary>Passes over the data so far, a fraction.</summary>
    public required double Epoch { get; init; }

    /// <summary>Mean cross entropy plus weighted mean divergence, in nats; and <see cref="LossTerms"/>, where there are any.</summary>
    public required double Loss { get; init; }

    /// <summary>Mean cross entropy a label, in nats.</summary>
    public required double CrossEntropy { get; init; }

    /// <summary>Mean KL(teacher ‖ student) a position, in nats, without its weight; null where the step distilled nothing.</summary>
    public required double? Divergence { get; init; }

    /// <summary>
    /// What each further term of a loss of one's own added to <see cref="Loss"/>, by name: its sums times their scales, over the step.
    /// Empty for the library's losses.
    /// </summary>
    public IReadOnlyDictionary<string, double> LossTerms { get; init; } = new Dictionary<string, double>();

    /// <summary>Mask rate; null where the step distilled nothing.</summary>
    public required double? MaskRate { get; init; }

    /// <summary>Learning rate of this update.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Global gradient norm before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Labels of the cross entropy.</summary>
    public required long Labels { get; init; }

    /// <summary>Tokens of the step's samples, each counted once.</summary>
    public required long SampleTokens { get; init; }

    /// <summary>Student tokens that were hidden, and so not computed.</summary>
    public required long HiddenTokens { get; init; }

    /// <summary><see cref="SampleTokens"/> a second.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Largest resident memory of the process so far, in bytes. Memory of a CUDA device is not in it.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Training time so far, all sessions of a resumed run together.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Expected time to the last step, at this session's mean pace.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>What callbacks measured at this step, by name; mostly empty.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}
