namespace ReflectionCoder.Sandbox.Unisolated;

/// <summary>Finds compilers and interpreters on the machine.</summary>
/// <param name="paths">Full paths of the tools that PATH doesn't show.</param>
internal sealed class ToolFinder(IReadOnlyDictionary<string, string> paths)
{
    private static readonly string[] Endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat", ""] : [""];

    private readonly Dictionary<string, string> paths = new(paths, StringComparer.Ordinal);

    /// <summary>Finds a tool.</summary>
    /// <param name="tool">A name, which is looked up in PATH, or a path.</param>
    /// <param name="folder">The folder that a relative path starts from.</param>
    /// <returns>The tool's full path; null if there is none.</returns>
    public string? Find(string tool, string folder)
    {
        if (paths.TryGetValue(tool, out string? known))
        {
            return File.Exists(known) ? known : null;
        }

        IEnumerable<string> folders =
            Path.GetFileName(tool) == tool
                ? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                : [folder];
        return folders
            .SelectMany(_ => Endings, (place, ending) => Path.GetFullPath(Path.Combine(place, tool + ending), folder))
            .FirstOrDefault(File.Exists);
    }
}
