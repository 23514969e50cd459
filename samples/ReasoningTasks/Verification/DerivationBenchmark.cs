using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Instructions;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Files;

namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>Task files whose solutions are derivations: <c>task_id, instruction, language, solution, asserts, split</c>.</summary>
internal sealed class DerivationBenchmark : IBenchmark
{
    /// <summary>What answers begin with.</summary>
    private const string AnswerPrefix = $"```{DerivationVerifier.LanguageName}\n";

    public string Name => "derivations";

    /// <summary>Reads the tasks of a file.</summary>
    /// <exception cref="DataFormatException">A line isn't such a task, or repeats an id.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<IReadOnlyList<ProgrammingTask>> ReadTasksAsync(string path, CancellationToken cancellationToken = default)
    {
        List<ProgrammingTask> tasks = [];
        HashSet<string> ids = [];
        await foreach (ProgrammingTask task in InstructionReader.ReadAsync(path, fields: null, cancellationToken))
        {
            string? problem =
                task.Language != DerivationVerifier.LanguageName
                    ? $"is in the language '{task.Language}'; expected '{DerivationVerifier.LanguageName}'"
                : DerivationChecks.Read(task.Asserts) is null ? "has other asserts than `given`, `steps` and `check answer`"
                : !ids.Add(task.TaskId) ? "has the id of an earlier one"
                : null;
            if (problem is not null)
            {
                throw new DataFormatException(path, $"the task '{task.TaskId}' {problem}.");
            }

            tasks.Add(task);
        }

        return tasks;
    }

    public async Task<IReadOnlyList<EvaluationProblem>> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ProgrammingTask> tasks = await ReadTasksAsync(path, cancellationToken);
        return tasks.Count > 0
            ? [.. tasks.Select(ToProblem)]
            : throw new DataFormatException(path, "holds no task; expected at least one.");
    }

    private static EvaluationProblem ToProblem(ProgrammingTask task) =>
        new()
        {
            TaskId = task.TaskId,
            Instruction = task.Instruction,
            AnswerPrefix = AnswerPrefix,
            Extractor = AnswerExtractors.CodeBlock,
            ReferenceSolution = task.Solution,
            Split = task.Split,
            Tests = new DerivationTests(task),
        };
}
