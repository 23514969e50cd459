using System.Text.RegularExpressions;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>docs/packages.md: a heading a flavour, a table of packages under each.</summary>
internal static partial class PackageDocument
{
    /// <summary>"id version" of each row under a flavour's heading; ours have no version there.</summary>
    public static string[] Packages(string flavor)
    {
        string text = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "packages.md"));
        string section = text.Split("\n## ").Single(part => part.StartsWith($"Flavour `{flavor}`"));
        return [.. Row().Matches(section).Select(row => $"{row.Groups["id"].Value} {row.Groups["version"].Value}".TrimEnd())];
    }

    [GeneratedRegex(@"^\| `(?<id>[\w.-]+)` \| (?<version>\S*) *\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
