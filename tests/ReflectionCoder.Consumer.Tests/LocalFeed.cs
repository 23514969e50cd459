using System.Globalization;
using System.Reflection;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>Both packages, packed from what is built into a folder that serves as feed, under a version that no other run has.</summary>
internal sealed class LocalFeed
{
    private readonly string stamp = DateTime.UtcNow.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + Environment.ProcessId;

    public LocalFeed(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        string[] projects =
        [
            .. IsCompat ? (string[])["compat/Microsoft.ML.Tokenizers", "compat/TorchSharp"] : [],
            "src/ReflectionCoder.Core", "src/ReflectionCoder.Training",
        ];
        foreach (string project in projects)
        {
            Dotnet.Run(
                RepositoryFolder.Path,
                ["pack", project, "--no-build", "-c", Metadata("Configuration"), "-v", "quiet", $"-p:ReflectionCoderFlavor={Metadata("Flavor")}", .. Properties()]);
        }
    }

    /// <summary>Whether the packages are the ones of flavour compat, which bring their torch.</summary>
    public static bool IsCompat { get; } = Metadata("Flavor") == "compat";

    /// <summary>The backend that an application takes in flavour packages.</summary>
    public static string TorchBackend => Metadata("TorchBackend");

    public string Folder { get; }

    public string Version => $"{Metadata("Version")}-{(IsCompat ? "compat" : "local")}.{stamp}";

    /// <summary>The id under which this flavour packs a package.</summary>
    public static string IdOf(string package) => IsCompat ? package + ".CompatForTests" : package;

    private static string Metadata(string key) =>
        typeof(LocalFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == key).Value!;

    private string[] Properties() => IsCompat
        ? [$"-p:ReflectionCoderCompatFeed={Folder}", $"-p:ReflectionCoderFeedStamp={stamp}"]
        : [$"-p:PackageOutputPath={Folder}", $"-p:PackageVersion={Version}"];
}
