using ReflectionCoder.Construction;

namespace ReflectionCoder.Tests.Construction;

/// <summary>The committed data.</summary>
internal static class DataFiles
{
    public static string Folder { get; } = Path.Combine(RepositoryFolder.Path, "samples", "data");

    public static IReadOnlyList<ProgrammingTask> Tasks { get; } = ProgrammingTaskReader.Read(PathOf("tasks.jsonl"));

    public static string PathOf(string name) => Path.Combine(Folder, name);
}
