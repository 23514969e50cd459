using ReflectionCoder.Randomness;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Decides what each optimizer step of a run computes. It is called on the training thread.</summary>
internal interface IStepPlanner
{
    /// <summary>Samples that the sampler draws for a step, at least 1.</summary>
    int SamplesPerStep { get; }

    /// <summary>What a resumed run must share beside the options and the samples, by name in snake case.</summary>
    IReadOnlyDictionary<string, string> Identity { get; }

    /// <summary>Plans a step. What it depends on is in the arguments, and in the model's weights where the model writes samples.</summary>
    /// <param name="step">Indices of the step's samples.</param>
    /// <param name="globalStep">Optimizer steps done.</param>
    /// <param name="maxSteps">Optimizer steps of the run.</param>
    /// <param name="random">The run's generator for masks.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <returns>The step; without micro-batches it updates nothing.</returns>
    PlannedStep Plan(int[] step, long globalStep, long maxSteps, NumpyRandomState random, CancellationToken cancellationToken);
}

/// <summary>What a run trains on.</summary>
/// <param name="Data">Its samples.</param>
/// <param name="Planner">Makes steps of them.</param>
internal sealed record RunContent(TrainingData Data, IStepPlanner Planner)
{
    /// <summary>
    /// Computes the teacher rows apart. The default value is null: they pass together with the student's, because they learn too.
    /// </summary>
    public DetachedTeacher? Teacher { get; init; }

    /// <summary>Called on the training thread before anything else; throws where the run can't begin. The default value is null.</summary>
    public Action? Check { get; init; }
}
