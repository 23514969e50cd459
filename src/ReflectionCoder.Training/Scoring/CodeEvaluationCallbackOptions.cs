using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Generation;

namespace ReflectionCoder.Scoring;

/// <summary>Which problems <see cref="CodeEvaluationCallback"/> lets the model solve, how, and how often.</summary>
public sealed record CodeEvaluationCallbackOptions : IValidatedOptions
{
    /// <summary>
    /// The problems, with unique ids; they should not be among the training samples. Must be set: the default value is empty, which is
    /// refused.
    /// </summary>
    public IReadOnlyList<EvaluationProblem> Problems { get; set; } = [];

    /// <summary>
    /// Uses only the first so many of the <see cref="Problems"/>, at least 1. The default value is null: all.
    /// </summary>
    public int? MaxProblems { get; set; }

    /// <summary>Optimizer steps between evaluations, at least 1. The default value is null: only at the start and the end.</summary>
    public long? EverySteps { get; set; }

    /// <summary>
    /// Whether to evaluate before the first step of a new run. A resumed run isn't evaluated there. The default value is true.
    /// </summary>
    public bool AtStart { get; set; } = true;

    /// <summary>Whether to evaluate after the last step. The default value is true.</summary>
    public bool AtEnd { get; set; } = true;

    /// <summary>
    /// Whether to keep the model, or adapter, with the highest pass@1 (<see cref="Checkpointing.BestCheckpoint"/>). The default value is
    /// true.
    /// </summary>
    public bool KeepBest { get; set; } = true;

    /// <summary>
    /// How answers are written. <see cref="GenerationOptions.BatchSize"/> decides the memory that this takes beside the training's. The
    /// default value is the default options: greedy, up to 512 tokens.
    /// </summary>
    public GenerationOptions Generation { get; set; } = new();

    /// <summary>
    /// How answers are tested, and how many each problem gets (<see cref="EvaluatorOptions.SamplesPerTask"/>).
    /// <see cref="EvaluatorOptions.Generator"/> has no effect here. The default value is the default options.
    /// </summary>
    public EvaluatorOptions Evaluator { get; set; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(
                Problems is { Count: > 0 }
                    && Problems.All(problem => problem is not null)
                    && Problems.DistinctBy(problem => problem.TaskId).Count() == Problems.Count,
                Problems is null ? null : $"{Problems.Count} problems", // a list of instructions would fill pages
                "at least one problem, with ids that differ",
                nameof(Problems)
            )
            .Require(MaxProblems is null or >= 1, MaxProblems, "at least 1")
            .Require(EverySteps is null or >= 1, EverySteps, "at least 1")
            .RequireValid(Generation)
            .RequireValid(Evaluator)
            .Found;
}
