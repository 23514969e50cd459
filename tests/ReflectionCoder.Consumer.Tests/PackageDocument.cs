using System.Text.RegularExpressions;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>The tables of docs/packages.md.</summary>
internal static partial class PackageDocument
{
    /// <summary>"id version" of each row under a heading; ours have no version there.</summary>
    public static string[] Packages(string heading)
    {
        string text = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "packages.md"));
        string section = text.Split("\n## ").Single(part => part.StartsWith(heading + "\n"));
        return [.. Row().Matches(section).Select(row => $"{row.Groups["id"].Value} {row.Groups["version"].Value}".TrimEnd())];
    }

    [GeneratedRegex(@"^\| `(?<id>[\w.-]+)` \| (?<version>\S*) *\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
