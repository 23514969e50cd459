using System.Text.RegularExpressions;

namespace ReflectionCoder.Tests;

/// <summary>The README says what the tree holds, shows a program that is compiled, and links to what exists.</summary>
public sealed partial class DocumentationTests
{
    private static string Root => RepositoryFolder.Path;

    [Fact]
    public void Readme_Program_IsTheQuickstart() =>
        Assert.Equal(
            File.ReadAllText(Path.Combine(Root, "samples", "Quickstart", "Program.cs")).Trim(),
            CSharpBlock().Match(File.ReadAllText(Path.Combine(Root, "README.md"))).Groups["code"].Value.Trim());

    [Theory]
    [InlineData("ReflectionCoder.Core")]
    [InlineData("ReflectionCoder.Training")]
    public void Readme_Tree_NamesEveryFileOfAFolder(string project)
    {
        string source = Path.Combine(Root, "src", project);
        string readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        string tree = Section(readme, $"src/{project}/\n");
        string[] listed = [.. TreeFile().Matches(tree).Select(match => match.Groups["name"].Value).Order()];
        string[] present =
        [
            .. Directory.EnumerateDirectories(source)
                .Where(folder => Path.GetFileName(folder) is not ("bin" or "obj" or "buildTransitive"))
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs"))
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(),
        ];
        Assert.Equal(present, listed);
    }

    [Fact]
    public void Links_LeadSomewhere()
    {
        string[] documents = [.. Directory.EnumerateFiles(Root, "*.md"), .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)];
        string[] broken =
        [
            .. documents.SelectMany(document => Link().Matches(File.ReadAllText(document))
                .Select(match => match.Groups["target"].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
                .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0])))
                .Select(target => $"{Path.GetRelativePath(Root, document)}: {target}")),
        ];
        Assert.Empty(broken);
    }

    private static string Section(string readme, string head)
    {
        int start = readme.IndexOf(head, StringComparison.Ordinal);
        Assert.True(start > 0, $"README.md has no tree of {head.Trim()}.");
        start += head.Length;
        Match next = TopLevel().Match(readme, start);
        return readme[start..next.Index];
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"^    (?<name>\w+) ", RegexOptions.Multiline)]
    private static partial Regex TreeFile();

    [GeneratedRegex(@"^\S", RegexOptions.Multiline)]
    private static partial Regex TopLevel();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
