using ReflectionCoder.Construction;

namespace ReflectionCoder.Samples;

/// <summary>The tasks of a file that a command works on.</summary>
internal static class TaskSelection
{
    /// <summary>Reads those of a split, all where it is null, and so many of them at most.</summary>
    public static List<ProgrammingTask> Read(string file, string? split, int? limit) =>
        [.. ProgrammingTaskReader.Read(file).Where(task => split is null || task.Split == split).Take(limit ?? int.MaxValue)];
}
