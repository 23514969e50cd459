using System.Text.RegularExpressions;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Architecture;

/// <summary>Holds the folders to the dependencies that docs/architecture.md allows, by reading the sources.</summary>
public sealed partial class ArchitectureTests
{
    [Theory]
    [InlineData(FolderRules.Core)]
    [InlineData(FolderRules.Training)]
    [InlineData(FolderRules.Languages)]
    public void Folders_UseOnlyWhatTheTableAllows(string project)
    {
        string[] violations =
        [
            .. Sources(project)
                .SelectMany(source =>
                    FolderRules.Violations(project, source.Folder, source.Text).Select(violation => $"{source.File} {violation}")
                ),
        ];
        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }

    [Theory]
    [InlineData("using ReflectionCoder.FineTuning;")]
    [InlineData("using static ReflectionCoder.FineTuning.RunFiles;")]
    [InlineData("using Run = ReflectionCoder.FineTuning.RunFiles;")]
    [InlineData("using global::ReflectionCoder . FineTuning ;")]
    [InlineData("using Root = ReflectionCoder;")]
    [InlineData("global using ReflectionCoder.Losses;")]
    [InlineData("var x = new ReflectionCoder.FineTuning.FineTuningOptions();")]
    [InlineData("var x = new FineTuning.FineTuningOptions();")]
    [InlineData("List<FineTuning.FineTuningOptions> x = [];")]
    [InlineData("string x = $\"{'\"'}{FineTuning.RunFiles.Name}\";")]
    [InlineData("string x = $$\"\"\"a {b} \" {{FineTuning.RunFiles.Name}}\"\"\";")]
    [InlineData("char x = '\"'; FineTuning.RunFiles.Delete(\"\");")]
    [InlineData("object x = y ? null : FineTuning.RunFiles.Name;")]
    [InlineData("using ReflectionCoder.Hosting;")]
    [InlineData("using ReflectionCoder.Unheard;")]
    public void Violations_ForbiddenName_IsFound(string code) =>
        Assert.NotEmpty(FolderRules.Violations(FolderRules.Training, "Losses", code));

    [Theory]
    [InlineData("using ReflectionCoder.Configuration;")]
    [InlineData("namespace ReflectionCoder.Losses;")]
    [InlineData("// using ReflectionCoder.FineTuning;")]
    [InlineData("/* FineTuning.RunFiles */")]
    [InlineData("string x = \"\\\"FineTuning.RunFiles\";")]
    [InlineData("string x = @\"\\\"\"FineTuning.RunFiles\";")]
    [InlineData("string x = \"\"\"\" \"\"\" FineTuning.RunFiles \"\"\"\";")]
    [InlineData("string x = $\"{{FineTuning.RunFiles}} {y}\";")]
    [InlineData("var x = options.FineTuning.Steps;")]
    [InlineData("using TorchSharp;")]
    public void Violations_AllowedName_IsNot(string code) => Assert.Empty(FolderRules.Violations(FolderRules.Training, "Losses", code));

    [Theory]
    [InlineData(FolderRules.Core)]
    [InlineData(FolderRules.Training)]
    [InlineData(FolderRules.Languages)]
    public void Files_LieInAKnownFolderAndDeclareItsNamespace(string project)
    {
        foreach ((string folder, string file, string text) in Sources(project))
        {
            Assert.True(FolderRules.FoldersOf(project).Contains(folder), $"{file} lies in a folder that the table doesn't list.");
            string expected = "ReflectionCoder." + string.Join('.', file.Split('/')[1..^1]);
            Assert.True(DeclaredNamespace().Match(text).Groups["name"].Value == expected, $"{file} doesn't declare {expected}.");
        }
    }

    [Theory]
    [InlineData(FolderRules.Core)]
    [InlineData(FolderRules.Training)]
    [InlineData(FolderRules.Languages)]
    public void Folders_HoldAtMostTwentyFiles(string project) =>
        Assert.DoesNotContain(Sources(project).GroupBy(source => Path.GetDirectoryName(source.File)), folder => folder.Count() > 20);

    /// <summary>The length that .editorconfig sets. What stands inside a raw string is data, and may be as long as it is.</summary>
    [Theory]
    [InlineData("src")]
    [InlineData("samples")]
    [InlineData("tests")]
    [InlineData("benchmarks")]
    public void Lines_AreAtMost140Characters(string folder)
    {
        List<string> tooLong = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, folder), "*.cs", SearchOption.AllDirectories))
        {
            string file = Path.GetRelativePath(RepositoryFolder.Path, path);
            if (file.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any())
            {
                continue;
            }

            bool inside = false;
            foreach ((int index, string line) in File.ReadLines(path).Index())
            {
                bool wasInside = inside;
                inside ^= line.Split("\"\"\"").Length % 2 == 0;
                if (line.Length > 140 && !wasInside && !line.Contains("\"\"\"", StringComparison.Ordinal))
                {
                    tooLong.Add($"{file}:{index + 1}");
                }
            }
        }

        Assert.Empty(tooLong);
    }

    /// <summary>A stage and its rooms are one; between rooms dependencies go one way, as between stages.</summary>
    [Theory]
    [InlineData(FolderRules.Core)]
    [InlineData(FolderRules.Training)]
    [InlineData(FolderRules.Languages)]
    public void Rooms_OfAStage_UseEachOtherOneWay(string project)
    {
        HashSet<(string User, string Used)> uses = [];
        foreach ((_, _, string text) in Sources(project))
        {
            string room = DeclaredNamespace().Match(text).Groups["name"].Value;
            foreach (string used in RoomUsing().Matches(text).Select(match => match.Groups["name"].Value))
            {
                if (used.Split('.').Length == room.Split('.').Length && Stage(used) == Stage(room))
                {
                    uses.Add((room, used));
                }
            }
        }

        Assert.DoesNotContain(uses, pair => uses.Contains((pair.Used, pair.User)));

        static string Stage(string name) => name[..name.LastIndexOf('.')];
    }

    /// <summary>What an application has to know stays small. Nested types count, too.</summary>
    [Fact]
    public void Surface_HasAtMost202PublicTypes()
    {
        string[] types =
        [
            .. new[] { FolderRules.Core, FolderRules.Training, FolderRules.Languages }
                .SelectMany(project => Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src", project), "PublicAPI.*.txt"))
                .SelectMany(File.ReadLines)
                .Where(line => PublicType().IsMatch(line)),
        ];
        Assert.InRange(types.Length, 100, 202);
    }

    /// <summary>An implicit using of the project file reaches every folder, as a global one would.</summary>
    [Theory]
    [InlineData(FolderRules.Core)]
    [InlineData(FolderRules.Training)]
    [InlineData(FolderRules.Languages)]
    public void ProjectFile_ImportsNoFolderForAll(string project) =>
        Assert.DoesNotMatch(@"<Using\b[^>]*ReflectionCoder", ProjectFile(project));

    [Fact]
    public void Core_KnowsNoTorch()
    {
        Assert.DoesNotContain(
            Sources(FolderRules.Core),
            source => CodeOnly.Of(source.Text).Contains("TorchSharp", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("Torch", ProjectFile(FolderRules.Core), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(
            typeof(Conversation).Assembly.GetReferencedAssemblies(),
            name => name.Name!.Contains("Torch", StringComparison.OrdinalIgnoreCase) || name.Name == FolderRules.Training
        );
    }

    [Theory]
    [InlineData(FolderRules.Core)]
    [InlineData(FolderRules.Training)]
    [InlineData(FolderRules.Languages)]
    public void Table_HasNoCyclesAndPointsOneWay(string project)
    {
        foreach (string folder in FolderRules.FoldersOf(project))
        {
            HashSet<string> allowed = FolderRules.AllowedFor(project, folder);
            Assert.DoesNotContain(folder, allowed);
            Assert.True(
                project != FolderRules.Core || allowed.IsSubsetOf(FolderRules.FoldersOf(FolderRules.Core)),
                $"{folder} of Core uses Training."
            );
        }
    }

    private static string ProjectFile(string project) =>
        File.ReadAllText(Path.Combine(RepositoryFolder.Path, "src", project, project + ".csproj"));

    /// <summary>The project's sources, with the folder below the project that each lies in.</summary>
    private static List<(string Folder, string File, string Text)> Sources(string project)
    {
        string root = Path.Combine(RepositoryFolder.Path, "src", project);
        List<(string, string, string)> sources = [];
        foreach (string path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(root, path).Replace('\\', '/');
            string folder = relative.Split('/')[0];
            if (folder is not ("bin" or "obj" or "buildTransitive")) // which holds what applications' builds run
            {
                sources.Add((folder, $"{project}/{relative}", File.ReadAllText(path)));
            }
        }

        Assert.NotEmpty(sources);
        return sources;
    }

    [GeneratedRegex(@"^ReflectionCoder(\.\w+)+(<[^>]*>)?$")]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^using (?<name>ReflectionCoder\.\w+\.\w+);", RegexOptions.Multiline)]
    private static partial Regex RoomUsing();

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();
}
