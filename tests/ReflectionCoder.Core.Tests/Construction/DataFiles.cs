using ReflectionCoder.Construction;

namespace ReflectionCoder.Tests.Construction;

/// <summary>The committed data.</summary>
internal static class DataFiles
{
    public static string Folder { get; } = Find();

    public static IReadOnlyList<ProgrammingTask> Tasks { get; } = ProgrammingTaskReader.Read(PathOf("tasks.jsonl"));

    public static string PathOf(string name) => Path.Combine(Folder, name);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ReflectionCoder.sln")))
            {
                return Path.Combine(folder.FullName, "samples", "data");
            }
        }

        throw new DirectoryNotFoundException("No ReflectionCoder.sln above the tests.");
    }
}
