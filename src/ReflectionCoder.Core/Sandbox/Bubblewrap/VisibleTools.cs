using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>Finds the tools of languages that programs in the sandbox can see.</summary>
/// <param name="languages">The languages whose folders are shown.</param>
internal sealed class VisibleTools(IEnumerable<SandboxLanguage> languages)
{
    private readonly string[] searched = BubblewrapCommand.Path.Split(':');
    private readonly string[] visible =
    [
        "/usr/",
        "/bin/",
        .. languages.SelectMany(language => language.Folders).Select(folder => $"{folder}/"),
    ];

    /// <summary>The first tool of a language that is missing; null if none is.</summary>
    public string? FindMissing(SandboxLanguage language) => language.Tools.FirstOrDefault(tool => Find(tool) is null);

    /// <summary>A command line that begins with the full path of its program.</summary>
    public IReadOnlyList<string> Resolve(IReadOnlyList<string> line) => [Find(line[0]) ?? line[0], .. line.Skip(1)];

    private string? Find(string tool)
    {
        IEnumerable<string> candidates = Path.IsPathRooted(tool) ? [tool] : searched.Select(folder => Path.Combine(folder, tool));
        return candidates.FirstOrDefault(path => File.Exists(path) && IsVisible(path));
    }

    /// <summary>Whether the file is shown, and not only a link to it.</summary>
    private bool IsVisible(string path)
    {
        string file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return visible.Any(folder => file.StartsWith(folder, StringComparison.Ordinal));
    }
}
