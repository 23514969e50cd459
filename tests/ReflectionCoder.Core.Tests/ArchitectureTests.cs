using System.Text.RegularExpressions;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests;

/// <summary>Holds the folders to the dependencies that docs/architecture.md allows, by reading the sources.</summary>
public sealed partial class ArchitectureTests
{
    private const string Core = "ReflectionCoder.Core";
    private const string Training = "ReflectionCoder.Training";

    private static readonly string[] CoreFolders = ["Sequences", "Sandbox", "Tokenization", "Masking", "Construction", "Evaluation", "Configuration", "Diagnostics"];

    /// <summary>What every folder may use, and composes nothing.</summary>
    private static readonly string[] Common = ["Configuration", "Diagnostics"];

    /// <summary>Uses everything of its package and below; lies in both packages; nothing may use it.</summary>
    private const string Hosting = "Hosting";

    /// <summary>What each folder may use, closed under what those use: a folder that may use Masking sees the tokenized samples in its signatures.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Configuration"] = [],
        ["Diagnostics"] = [],
        ["Sequences"] = [],
        ["Sandbox"] = [],
        ["Tokenization"] = ["Sequences"],
        ["Masking"] = ["Tokenization"],
        ["Construction"] = ["Sequences", "Sandbox"],
        ["Evaluation"] = ["Sandbox"],
        ["Batching"] = ["Tokenization", "Masking"],
        ["Modeling"] = [],
        ["Losses"] = [],
        ["Optimization"] = [],
        ["Checkpointing"] = ["Modeling", "Optimization"],
        ["Generation"] = ["Modeling", "Tokenization", "Evaluation"],
        ["FineTuning"] = ["Batching", "Modeling", "Losses", "Optimization", "Checkpointing"],
    };

    [Theory]
    [InlineData(Core)]
    [InlineData(Training)]
    public void Folders_UseOnlyWhatTheTableAllows(string project)
    {
        List<string> violations = [];
        foreach ((string folder, string file, string text) in Sources(project))
        {
            HashSet<string> allowed = folder == Hosting
                ? [.. Allowed.Keys.Where(other => project == Training || CoreFolders.Contains(other))]
                : [.. Closure(folder), .. Common];
            foreach (Match use in UsedFolder().Matches(text))
            {
                string used = use.Groups["folder"].Value;
                if ((Allowed.ContainsKey(used) || used == Hosting) && used != folder && !allowed.Contains(used))
                {
                    violations.Add($"{file} uses {used}");
                }
            }
        }

        Assert.Empty(violations);
    }

    [Theory]
    [InlineData(Core)]
    [InlineData(Training)]
    public void Files_LieInAKnownFolderAndDeclareItsNamespace(string project)
    {
        foreach ((string folder, string file, string text) in Sources(project))
        {
            Assert.True(Allowed.ContainsKey(folder) || folder == Hosting, $"{file} lies in a folder that the table doesn't list.");
            Assert.True(folder == Hosting || (project == Core) == CoreFolders.Contains(folder), $"{file} lies in a folder of the other package.");
            string expected = "ReflectionCoder." + string.Join('.', file.Split('/')[1..^1]);
            Assert.True(DeclaredNamespace().Match(text).Groups["name"].Value == expected, $"{file} doesn't declare {expected}.");
        }
    }

    [Fact]
    public void Core_KnowsNoTorch()
    {
        Assert.DoesNotContain(Sources(Core), source => source.Text.Contains("TorchSharp", StringComparison.Ordinal));
        Assert.DoesNotContain("Torch", File.ReadAllText(Path.Combine(RepositoryFolder.Path, "src", Core, Core + ".csproj")), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(
            typeof(Conversation).Assembly.GetReferencedAssemblies(),
            name => name.Name!.Contains("Torch", StringComparison.OrdinalIgnoreCase) || name.Name == Training);
    }

    [Fact]
    public void Table_HasNoCycles()
    {
        foreach (string folder in Allowed.Keys)
        {
            Assert.DoesNotContain(folder, Closure(folder));
        }
    }

    private static HashSet<string> Closure(string folder)
    {
        HashSet<string> reached = [];
        Stack<string> open = new(Allowed.GetValueOrDefault(folder, []));
        while (open.TryPop(out string? next))
        {
            if (reached.Add(next))
            {
                foreach (string further in Allowed[next])
                {
                    open.Push(further);
                }
            }
        }

        return reached;
    }

    /// <summary>The project's sources without comments and strings, with the folder below the project that each lies in.</summary>
    private static List<(string Folder, string File, string Text)> Sources(string project)
    {
        string source = Path.Combine(RepositoryFolder.Path, "src", project);
        List<(string, string, string)> sources = [];
        foreach (string path in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(source, path).Replace('\\', '/');
            string folder = relative.Split('/')[0];
            if (folder is not ("bin" or "obj"))
            {
                sources.Add((folder, $"{project}/{relative}", CommentsAndStrings().Replace(File.ReadAllText(path), " ")));
            }
        }

        Assert.NotEmpty(sources);
        return sources;
    }

    [GeneratedRegex(@"\bReflectionCoder\.(?<folder>[A-Z]\w*)")]
    private static partial Regex UsedFolder();

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex("//[^\n]*|/\\*.*?\\*/|\"(?:[^\"\\\\\n]|\\\\.)*\"", RegexOptions.Singleline)]
    private static partial Regex CommentsAndStrings();
}
