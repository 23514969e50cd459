using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Files;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>Tasks that every model answers beside the data's own held-out ones.</summary>
/// <param name="Name">How the report calls them.</param>
/// <param name="Problems">The tasks; at least one.</param>
/// <param name="Answers">Each with its solution, to measure how likely that is; empty where a task has none.</param>
internal sealed record OtherTasks(string Name, IReadOnlyList<EvaluationProblem> Problems, IReadOnlyList<Conversation> Answers)
{
    /// <summary>The requests that arms are trained on, word by word.</summary>
    public static HashSet<string> RequestsOf(IEnumerable<Conversation> samples, IEnumerable<ProgrammingTask> tasks) =>
        [
            .. from sample in samples
            from message in sample.Messages
            where message.Role == MessageRole.User
            select string.Concat(message.Content.Select(block => block.Content)),
            .. tasks.Select(task => task.Instruction),
        ];

    /// <summary>
    /// Reads a file: the tasks of the split <c>held_out</c> where it has such, because others may be kin to what is trained on; without
    /// those whose instruction is trained on.
    /// </summary>
    /// <exception cref="DataFormatException">A line breaks its format, or nothing is left.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<OtherTasks> ReadAsync(
        string name,
        string file,
        StudySettings settings,
        HashSet<string> learned,
        CancellationToken stop
    )
    {
        IReadOnlyList<EvaluationProblem> all = await settings.Domain.ReadProblemsAsync(file, stop);
        EvaluationProblem[] heldOut = [.. all.Where(problem => problem.Split == "held_out")];
        EvaluationProblem[] unseen = [.. (heldOut.Length > 0 ? heldOut : all).Where(problem => !learned.Contains(problem.Instruction))];
        if (unseen.Length == 0)
        {
            throw new DataFormatException(file, 0, "holds no task that the arms aren't trained on; expected at least one.");
        }

        IReadOnlyList<EvaluationProblem> problems = StudyData.Draw(unseen, settings.Tasks);
        return new OtherTasks(
            name,
            problems,
            problems.Any(problem => problem.ReferenceSolution is null)
                ? []
                : [.. problems.Select(problem => PlainSample.Of(problem.Instruction, problem.ReferenceSolution!, settings.Domain.Language))]
        );
    }
}
