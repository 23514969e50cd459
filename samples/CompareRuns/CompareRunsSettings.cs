namespace ReflectionCoder.Samples.CompareRuns;

/// <summary>What the command line asks for.</summary>
internal sealed record CompareRunsSettings
{
    public required IReadOnlyList<NamedFile> Runs { get; init; }

    /// <summary>Reports of evaluations; may be empty.</summary>
    public required IReadOnlyList<NamedFile> Evaluations { get; init; }

    /// <summary>Where the evaluations' tasks stand; null where none is to be printed.</summary>
    public required string? TasksFile { get; init; }

    /// <summary>The page.</summary>
    public required string Output { get; init; }

    /// <summary>Null for the library's.</summary>
    public required string? Title { get; init; }
}

/// <summary>A file and what the page calls it.</summary>
internal sealed record NamedFile(string Name, string Path)
{
    /// <summary>Reads <c>NAME=FILE</c>, of which only the file may hold further equals signs; null if it is something else.</summary>
    public static NamedFile? Parse(string text) =>
        text.Split('=', 2) is [{ } name, { Length: > 0 } path] && !string.IsNullOrWhiteSpace(name) ? new NamedFile(name, path) : null;
}
