using System.Globalization;
using ReflectionCoder.Curation;

namespace ReflectionCoder.Construction.Runs;

/// <summary>The filters that every run has.</summary>
internal static class TaskFilters
{
    public static IReadOnlyList<ITaskFilter> For(ConstructionOptions options)
    {
        List<ITaskFilter> filters = [new ReadableTasks()];
        if (options.Decontaminator is { } decontaminator)
        {
            filters.Add(new CleanTasks(decontaminator));
        }

        if (options.TaskDuplicates is { } duplicates)
        {
            filters.Add(new DifferentTasks(new DuplicateFinder(duplicates)));
        }

        filters.Add(new NamedTasks());
        return filters;
    }

    public static Rejection Of(DuplicateMatch match) =>
        match.IsExact
            ? new Rejection(RejectReason.Duplicate, $"Equals '{match.Id}'.")
            : new Rejection(
                RejectReason.NearDuplicate,
                string.Create(CultureInfo.InvariantCulture, $"Is like '{match.Id}': a similarity of {match.Similarity:0.00}.")
            );

    private static string TextOf(ProgrammingTask task) =>
        task.Solution is null ? task.Instruction : task.Instruction + "\n" + task.Solution;

    private sealed class ReadableTasks : ITaskFilter
    {
        public Rejection? Check(ProgrammingTask task) => task.Problem is null ? null : new Rejection(RejectReason.Malformed, task.Problem);
    }

    private sealed class CleanTasks(Decontaminator decontaminator) : ITaskFilter
    {
        public Rejection? Check(ProgrammingTask task) =>
            decontaminator.FindOverlap(TextOf(task)) is { } overlap ? new Rejection(RejectReason.Contaminated, overlap.ToString()) : null;
    }

    private sealed class DifferentTasks(DuplicateFinder finder) : ITaskFilter
    {
        public Rejection? Check(ProgrammingTask task) => finder.Add(task.TaskId, TextOf(task)) is { } match ? Of(match) : null;
    }

    /// <summary>Keeps out a second task of the same id: in the files, no one could tell it from the first.</summary>
    private sealed class NamedTasks : ITaskFilter
    {
        private readonly HashSet<string> ids = [];

        public Rejection? Check(ProgrammingTask task) =>
            ids.Add(task.TaskId) ? null : new Rejection(RejectReason.RepeatedId, $"An earlier task has the id '{task.TaskId}', too.");
    }
}
