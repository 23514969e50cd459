using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>Torch's native library in an application of the packages: published in each way, left away, not mended.</summary>
[Collection(nameof(ConsumerWorkspace))]
public sealed class NativeLibraryTests(ConsumerWorkspace workspace)
{
    private const string Wrapper = "libLibTorchSharp.so";

    [Theory]
    [InlineData("framework-dependent", false, false)]
    [InlineData("self-contained", true, false)]
    [InlineData("single-file", true, true)]
    public void Publish_EachWay_Trains(string folder, bool selfContained, bool singleFile)
    {
        string[] options = !selfContained
            ? []
            : ["--self-contained", "--use-current-runtime", $"-p:PublishSingleFile={singleFile}", "-p:UseAppHost=true"];
        string published = workspace.Publish("TrainingReadme", folder, options);
        string program = selfContained
            ? Path.Combine(published, OperatingSystem.IsWindows() ? "TrainingReadme.exe" : "TrainingReadme")
            : Path.Combine(published, "TrainingReadme.dll");
        Assert.Equal(!singleFile, File.Exists(Path.Combine(published, "TorchSharp.dll")));

        ProgramResult result = workspace.Start(program, workspace.Config, workspace.Reflections, "published-" + folder);

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.True(File.Exists(Path.Combine(workspace.RunFolder, "published-" + folder, "model.safetensors")));
    }

    [Fact]
    public void FirstUse_NoBackendReferenced_NamesThePackageAndPrintsNothingElse()
    {
        ProgramResult result = workspace.Start(
            workspace.Program("WithoutBackend"),
            workspace.Config,
            workspace.Reflections,
            "without-backend"
        );

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(
            "TorchUnavailableException: Torch can't be loaded: there is no libtorch beside the application. Add the package libtorch-cpu-",
            result.Output
        );
        Assert.DoesNotContain("Trace from LoadNativeBackend", result.Output); // TorchSharp's own page of text
        // and its copy of the library
        Assert.False(Directory.Exists(Path.Combine(Path.GetDirectoryName(workspace.Program("WithoutBackend"))!, "cpu")));
    }

    [Fact]
    public void Build_Mending_ReplacesTheFileInTheOutputAlone()
    {
        string package = Path.Combine(workspace.PackageFolder, "torchsharp");
        string version = Directory
            .GetDirectories(package)
            .Select(Path.GetFileName)
            .Single(name => workspace.RestoredPackages("Composition").Contains("TorchSharp " + name))!;
        string inPackage = Path.Combine(package, version, "runtimes", "linux-x64", "native", Wrapper);
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(package, version, $"torchsharp.{version}.nupkg"));
        using Stream original = archive.GetEntry($"runtimes/linux-x64/native/{Wrapper}")!.Open();
        byte[] asPublished = SHA256.HashData(original);

        Assert.Equal(asPublished, Hash(inPackage));
        Assert.NotEqual(asPublished, Hash(InOutput("Composition")));
        Assert.Equal(asPublished, Hash(InOutput("NotMended")));

        string InOutput(string project) =>
            Path.Combine(Path.GetDirectoryName(workspace.Program(project))!, "runtimes", "linux-x64", "native", Wrapper);
        static byte[] Hash(string file) => SHA256.HashData(File.ReadAllBytes(file));
    }

    /// <summary>On a system with an older C++ runtime the package's own file can't be loaded; elsewhere it trains as well.</summary>
    [Fact]
    public void Run_NotMended_TrainsOrSaysWhatToDo()
    {
        ProgramResult result = workspace.Start(workspace.Program("NotMended"), workspace.Config, workspace.Reflections, "not-mended");

        Assert.True(
            result.ExitCode == 0
                || (
                    result.Output.Contains(
                        "TorchUnavailableException: Torch can't be loaded: the system's libstdc++.so.6 has no version GLIBCXX_3.4.32."
                    ) && result.Output.Contains("ReflectionCoderMendTorchSharp")
                ),
            result.Output
        );
    }

    [Theory]
    [InlineData("TorchSharp-cuda-linux")]
    [InlineData("TorchSharp-cuda-windows")]
    [InlineData("TorchSharp-cpu")]
    [InlineData(null)]
    public void Backend_Property_DecidesWhatOurProgramsReference(string? backend)
    {
        foreach (
            string project in (string[])
                ["samples/FineTune/FineTune.csproj", "tests/ReflectionCoder.Training.Tests/ReflectionCoder.Training.Tests.csproj"]
        )
        {
            string[] property = backend is null ? [] : [$"-p:ReflectionCoderTorchBackend={backend}"];
            using JsonDocument items = JsonDocument.Parse(
                Dotnet.Run(RepositoryFolder.Path, ["msbuild", project, "-getItem:PackageReference", "-getItem:PackageVersion", .. property])
            );
            string[] referenced = Names("PackageReference");
            string[] backends = [.. referenced.Where(name => name.StartsWith("libtorch-") || name.StartsWith("TorchSharp-"))];
            Assert.Equal([backend ?? LocalFeed.TorchBackend], backends);
            Assert.Contains("TorchSharp", referenced);
            Assert.Contains(backends[0], Names("PackageVersion"));

            string[] Names(string type) =>
                [
                    .. items
                        .RootElement.GetProperty("Items")
                        .GetProperty(type)
                        .EnumerateArray()
                        .Select(item => item.GetProperty("Identity").GetString()!),
                ];
        }
    }
}
