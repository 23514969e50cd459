using System.Text.RegularExpressions;

namespace ReflectionCoder.Tests;

/// <summary>The documents name every folder, show a program that is compiled, and link to what exists.</summary>
public sealed partial class DocumentationTests
{
    private static string Root => RepositoryFolder.Path;

    [Fact]
    public void Readme_Program_IsTheQuickstart() =>
        Assert.Equal(
            File.ReadAllText(Path.Combine(Root, "samples", "Quickstart", "Program.cs")).Trim(),
            CSharpBlock().Match(File.ReadAllText(Path.Combine(Root, "README.md"))).Groups["code"].Value.Trim()
        );

    [Theory]
    [InlineData("ReflectionCoder.Core")]
    [InlineData("ReflectionCoder.Training")]
    [InlineData("ReflectionCoder.Languages")]
    public void Architecture_Tree_NamesEveryFolder(string project)
    {
        string source = Path.Combine(Root, "src", project);
        string[] present =
        [
            .. Directory
                .EnumerateDirectories(source, "*", SearchOption.AllDirectories)
                .Where(folder => Directory.EnumerateFiles(folder, "*.cs").Any())
                .Select(folder => Path.GetRelativePath(source, folder).Replace('\\', '/'))
                .Where(folder => folder.Split('/')[0] is not ("bin" or "obj" or "buildTransitive"))
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(present, TreeFolders(project).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Links_LeadSomewhere()
    {
        string[] documents =
        [
            .. Directory.EnumerateFiles(Root, "*.md"),
            .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories),
        ];
        string[] broken =
        [
            .. documents.SelectMany(document =>
                Link()
                    .Matches(File.ReadAllText(document))
                    .Select(match => match.Groups["target"].Value)
                    .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
                    .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0])))
                    .Select(target => $"{Path.GetRelativePath(Root, document)}: {target}")
            ),
        ];
        Assert.Empty(broken);
    }

    /// <summary>The folders below a project that the tree of docs/architecture.md has, as paths.</summary>
    private static List<string> TreeFolders(string project)
    {
        string document = File.ReadAllText(Path.Combine(Root, "docs", "architecture.md"));
        string head = $"\nsrc/{project}/\n";
        int start = document.IndexOf(head, StringComparison.Ordinal);
        Assert.True(start > 0, $"docs/architecture.md has no tree of {project}.");
        List<string> open = [],
            folders = [];
        foreach (string line in document[(start + head.Length)..].Split('\n').TakeWhile(line => line.StartsWith(' ')))
        {
            Match folder = TreeFolder().Match(line);
            open.RemoveRange((folder.Groups["indent"].Length / 2) - 1, open.Count - (folder.Groups["indent"].Length / 2) + 1);
            open.Add(folder.Groups["name"].Value);
            folders.Add(string.Join('/', open));
        }

        return folders;
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"^(?<indent> +)(?<name>\w+)/ ")]
    private static partial Regex TreeFolder();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
