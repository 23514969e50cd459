using System.Reflection;
using System.Runtime.InteropServices;

namespace ReflectionCoder.Torch;

/// <summary>What is known of this machine and application that decides whether torch's native library can be loaded.</summary>
/// <param name="Name">System and architecture as a .NET runtime identifier, such as linux-x64.</param>
/// <param name="BackendPackage">The NuGet package with libtorch for the CPU; null where there is none for this platform.</param>
/// <param name="BackendVersion">The package's version.</param>
/// <param name="HasEngine">Whether libtorch is in a folder where .NET looks for the application's native libraries.</param>
/// <param name="HasWrapper">Whether TorchSharp's own native library is in such a folder.</param>
internal sealed record TorchPlatform(string Name, string? BackendPackage, string BackendVersion, bool HasEngine, bool HasWrapper)
{
    private static readonly string[] Supported = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    /// <summary>Whether this is Windows, whose loader doesn't name the library that is missing.</summary>
    public bool IsWindows => Name.StartsWith("win-", StringComparison.Ordinal);

    /// <summary>The platform of this process.</summary>
    public static TorchPlatform Current()
    {
        string system =
            OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : OperatingSystem.IsLinux() ? "linux"
            : RuntimeInformation.OSDescription;
        string name = $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        return new TorchPlatform(
            name,
            Supported.Contains(name) ? "libtorch-cpu-" + name : null,
            typeof(TorchPlatform)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(one => one.Key == "LibtorchVersion")
                .Value!,
            Exists("torch_cpu"),
            Exists("LibTorchSharp")
        );
    }

    private static bool Exists(string library)
    {
        string file =
            OperatingSystem.IsWindows() ? library + ".dll"
            : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
            : $"lib{library}.so";
        string folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return folders
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Any(folder => File.Exists(Path.Combine(folder, file)));
    }
}
