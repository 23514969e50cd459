using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>The tests that share one <see cref="ConsumerWorkspace"/>.</summary>
[CollectionDefinition(nameof(ConsumerWorkspace))]
public sealed class ConsumerCollection : ICollectionFixture<ConsumerWorkspace>;

/// <summary>Projects outside the tree that reference the packages by name and version; packed and built once for all tests.</summary>
public sealed partial class ConsumerWorkspace : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("reflectioncoder-consumer-").FullName;
    private readonly LocalFeed feed;

    public ConsumerWorkspace()
    {
        try
        {
            feed = new LocalFeed(Path.Combine(root, "feed"));
            File.WriteAllText(
                Path.Combine(root, "nuget.config"),
                $"<configuration><packageSources><add key=\"consumer-tests\" value=\"{feed.Folder}\" /></packageSources></configuration>"
            );
            Reflections = Path.Combine(root, "reflections.jsonl");
            File.WriteAllLines(
                Reflections,
                File.ReadLines(Path.Combine(RepositoryFolder.Path, "samples", "data", "reflection.train.jsonl"))
                    .OrderBy(line => line.Length)
                    .Take(40)
            );
            Config = Path.Combine(root, "config.json");
            JsonNode config = JsonNode.Parse(
                File.ReadAllText(Path.Combine(RepositoryFolder.Path, "samples", "configs", "tiny-llama.json"))
            )!;
            (config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]) = (32, 64, 2);
            (config["num_attention_heads"], config["num_key_value_heads"]) = (4, 2);
            File.WriteAllText(Config, config.ToJsonString());
            AddProject("Composition", Source("Composition"), "ReflectionCoder.Training");
            AddProject("Hosting", Source("Hosting"), "ReflectionCoder.Training", "Microsoft.Extensions.Hosting");
            AddProject("CoreReadme", Snippet("ReflectionCoder.Core"), "ReflectionCoder.Core");
            AddProject("TrainingReadme", Snippet("ReflectionCoder.Training"), "ReflectionCoder.Training");
            AddProject("LanguagesReadme", Snippet("ReflectionCoder.Languages"), "ReflectionCoder.Languages");
            AddProject("WithoutBackend", Snippet("ReflectionCoder.Training"), ["ReflectionCoder.Training"], backend: null);
            AddProject(
                "NotMended",
                Snippet("ReflectionCoder.Training"),
                ["ReflectionCoder.Training"],
                LocalFeed.TorchBackend,
                new XElement("ReflectionCoderMendTorchSharp", "false")
            );
            XElement[] projects =
            [
                .. Directory
                    .GetDirectories(root)
                    .Where(folder => folder != feed.Folder)
                    .Select(Path.GetFileName)
                    .Select(name => new XElement("Project", new XAttribute("Path", $"{name}/{name}.csproj"))),
            ];
            new XDocument(new XElement("Solution", projects)).Save(Path.Combine(root, "Consumers.slnx"));

            // The links only save room: what is built is the same.
            Dotnet.Run(root, "build", "Consumers.slnx", "-v", "quiet", "-p:CreateHardLinksForCopyLocalIfPossible=true");
            RunFolder = Directory.CreateDirectory(Path.Combine(root, "run")).FullName;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The shortest forty of the repository's reflection sequences: enough to train on, quick to train on.</summary>
    internal string Reflections { get; }

    /// <summary>A decoder small enough to be trained in seconds.</summary>
    internal string Config { get; }

    /// <summary>Where programs run.</summary>
    internal string RunFolder { get; } = "";

    /// <summary>NuGet's folder of unpacked packages.</summary>
    internal string PackageFolder
    {
        get
        {
            using JsonDocument assets = Assets("Composition");
            return assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        }
    }

    /// <summary>The version of another package that one of ours asks for, as its manifest states it.</summary>
    internal string RequiredVersion(string package, string of) => feed.RequiredVersion(package, of);

    /// <summary>The version that only one run has.</summary>
    internal string Version => feed.Version;

    /// <summary>A built project's program.</summary>
    internal string Program(string project) => Path.Combine(root, project, "bin", "Debug", "net10.0", project + ".dll");

    /// <summary>Runs a built project and gives its output, line by line.</summary>
    internal string[] Run(string project, params string[] arguments)
    {
        ProgramResult result = Start(Program(project), [.. arguments]);
        return result.ExitCode == 0
            ? result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"{project} ended with {result.ExitCode}:\n{result.Output}");
    }

    /// <summary>Runs a program, an executable or a dll, to its end.</summary>
    internal ProgramResult Start(string program, params string[] arguments) =>
        program.EndsWith(".dll") ? Dotnet.Start(RunFolder, "dotnet", [program, .. arguments]) : Dotnet.Start(RunFolder, program, arguments);

    /// <summary>Publishes a project as an application's author would.</summary>
    /// <returns>The folder with what was published.</returns>
    internal string Publish(string project, string name, params string[] options)
    {
        string target = Path.Combine(root, "published", name);
        Dotnet.Run(Path.Combine(root, project), ["publish", "-c", "Release", "-o", target, "-v", "quiet", .. options]);
        return target;
    }

    /// <summary>What a project's restore brought in, "id version" each, ours without the version, which is another at every run.</summary>
    internal string[] RestoredPackages(string project)
    {
        using JsonDocument assets = Assets(project);
        return
        [
            .. assets
                .RootElement.GetProperty("libraries")
                .EnumerateObject()
                .Select(library => library.Name.Split('/'))
                .Select(name => name[1] == feed.Version ? name[0] : $"{name[0]} {name[1]}")
                .Order(StringComparer.OrdinalIgnoreCase),
        ];
    }

    public void Dispose()
    {
        try
        {
            RemoveFromGlobalFolder();
        }
        finally
        {
            Directory.Delete(root, recursive: true); // even where another run is in that folder at the same moment
        }
    }

    private static string Source(string project) =>
        File.ReadAllText(
            Path.Combine(RepositoryFolder.Path, "tests", "ReflectionCoder.Consumer.Tests", "Consumers", project, "Program.cs")
        );

    /// <summary>The one C# block of a package's README.</summary>
    private static string Snippet(string package)
    {
        string readme = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "src", package, "README.md"));
        return Assert.Single(CSharpBlock().Matches(readme)).Groups["code"].Value;
    }

    private void AddProject(string name, string program, params string[] packages) =>
        AddProject(name, program, packages, packages.Contains("ReflectionCoder.Training") ? LocalFeed.TorchBackend : null);

    private void AddProject(string name, string program, string[] packages, string? backend, params XElement[] properties)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        string[] all = backend is null ? packages : [.. packages, backend];
        new XElement(
            "Project",
            new XAttribute("Sdk", "Microsoft.NET.Sdk"),
            new XElement(
                "PropertyGroup",
                new XElement("OutputType", "Exe"),
                new XElement("TargetFramework", "net10.0"),
                new XElement("Nullable", "enable"),
                new XElement("ImplicitUsings", "enable"),
                new XElement("TreatWarningsAsErrors", "true"),
                new XElement("WarningsNotAsErrors", "NU1900;NU1901;NU1902;NU1903;NU1904"),
                new XElement("UseAppHost", "false"),
                properties
            ),
            new XElement(
                "ItemGroup",
                all.Select(package =>
                    Reference(package, package.StartsWith("ReflectionCoder.") ? $"[{feed.Version}]" : CentralVersion(package))
                )
            )
        ).Save(Path.Combine(folder, name + ".csproj"));

        static XElement Reference(string id, string version) =>
            new("PackageReference", new XAttribute("Include", id), new XAttribute("Version", version));
    }

    /// <summary>The version in Directory.Packages.props, which names some by a property.</summary>
    private static string CentralVersion(string package)
    {
        XDocument central = XDocument.Load(Path.Combine(RepositoryFolder.Path, "Directory.Packages.props"));
        string version = central
            .Descendants("PackageVersion")
            .Single(one => one.Attribute("Include")!.Value == package)
            .Attribute("Version")!
            .Value;
        return version.StartsWith("$(") ? central.Descendants(version[2..^1]).Single().Value : version;
    }

    private JsonDocument Assets(string project) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, project, "obj", "project.assets.json")));

    /// <summary>The restore unpacked our packages into the user's package folder, where nobody will ask for this version again.</summary>
    private void RemoveFromGlobalFolder()
    {
        if (feed is null || !File.Exists(Path.Combine(root, "Composition", "obj", "project.assets.json")))
        {
            return;
        }

        foreach (string id in Directory.GetDirectories(PackageFolder, "reflectioncoder.*"))
        {
            string version = Path.Combine(id, feed.Version);
            if (Directory.Exists(version))
            {
                Directory.Delete(version, recursive: true);
            }

            if (!Directory.EnumerateFileSystemEntries(id).Any())
            {
                Directory.Delete(id);
            }
        }
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)\n```\n", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
