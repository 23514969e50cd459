using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Authors;

/// <summary>A training task for which the data has a reflection.</summary>
/// <param name="Task">The task; it has a solution.</param>
/// <param name="Problem">The same task, as it is put to a model.</param>
/// <param name="Sequence">The data's first reflection of the task.</param>
internal sealed record WrittenTask(ProgrammingTask Task, EvaluationProblem Problem, Conversation Sequence);
