using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>The packages, packed from what is built into a folder that serves as feed, under a version that no other run has.</summary>
internal sealed class LocalFeed
{
    private readonly string stamp = DateTime.UtcNow.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + Environment.ProcessId;

    public LocalFeed(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        foreach (string project in (string[])["src/ReflectionCoder.Core", "src/ReflectionCoder.Languages", "src/ReflectionCoder.Training"])
        {
            Dotnet.Run(
                RepositoryFolder.Path,
                [
                    "pack",
                    project,
                    "--no-build",
                    "-c",
                    Metadata("Configuration"),
                    "-v",
                    "quiet",
                    $"-p:PackageOutputPath={Folder}",
                    $"-p:PackageVersion={Version}",
                ]
            );
        }
    }

    /// <summary>The native backend that an application takes on the machine that builds.</summary>
    public static string TorchBackend => Metadata("TorchBackend");

    public string Folder { get; }

    public string Version => $"{Metadata("Version")}-local.{stamp}";

    /// <summary>The range of versions of another package that a package's manifest asks for.</summary>
    public string RequiredVersion(string package, string of)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(Folder, $"{package}.{Version}.nupkg"));
        using Stream manifest = archive.GetEntry(package + ".nuspec")!.Open();
        return XDocument
            .Load(manifest)
            .Descendants()
            .Single(one => one.Name.LocalName == "dependency" && one.Attribute("id")!.Value == of)
            .Attribute("version")!
            .Value;
    }

    private static string Metadata(string key) =>
        typeof(LocalFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == key).Value!;
}
