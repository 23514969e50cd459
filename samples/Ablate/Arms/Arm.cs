using ReflectionCoder.FineTuning;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Arms;

/// <summary>An arm of the study: what differs from the others. Unless it says otherwise, it has their base and steps.</summary>
/// <param name="Name">Its name, as <c>--arms</c> takes it.</param>
/// <param name="Group">What it is for: one of <see cref="ArmCatalog.Groups"/>.</param>
/// <param name="Summary">What it does, for the table.</param>
internal sealed record Arm(string Name, string Group, string Summary)
{
    /// <summary>Which reflection samples it has.</summary>
    public ReflectionChoice Reflections { get; init; }

    /// <summary>Whether it has its reflection samples alone, without the plain instructions.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Whether its reflections are those of tasks at which a model failed.</summary>
    public bool IsAuthored => Reflections is ReflectionChoice.WrittenBefore or ReflectionChoice.WrittenByModel;

    /// <summary>Whether block types are hidden in the order of their importance on the base, least first.</summary>
    public bool MeasuredOrder { get; init; }

    /// <summary>Whether the model learns from its own answers to the training tasks, and from no sample.</summary>
    public bool OnPolicy { get; init; }

    /// <summary>Whether the teacher of an on-policy arm sees the task's solution below the failed attempt.</summary>
    public bool ShowsSolution { get; init; }

    /// <summary>Decay of the running averages that teach an on-policy arm; null for a teacher with the weights of the moment.</summary>
    public double? TeacherDecay { get; init; }

    /// <summary>Whether it starts from the model that <see cref="ArmCatalog.Full"/> of the same seed trained.</summary>
    public bool IsSecondRound { get; init; }

    /// <summary>Another learning rate and length than the study's; null for these.</summary>
    public Tuning? Tuned { get; init; }

    /// <summary>
    /// The main arm that it is, but for as many steps as take the operations of <see cref="ArmCatalog.Full"/>; null for none.
    /// </summary>
    public string? EqualCompute { get; init; }

    /// <summary>Name of the model that it starts from (<c>--bases</c>); null for the study's base.</summary>
    public string? Base { get; init; }

    /// <summary>Changes the study's options, whose <see cref="FineTuningOptions.MaxSteps"/> is set.</summary>
    public Func<FineTuningOptions, FineTuningOptions> Change { get; init; } = options => options;
}
