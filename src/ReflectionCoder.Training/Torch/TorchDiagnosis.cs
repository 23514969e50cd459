using System.Text.RegularExpressions;

namespace ReflectionCoder.Torch;

/// <summary>Says in plain words why torch's native library did not load.</summary>
internal static partial class TorchDiagnosis
{
    private const string CxxMark = "GLIBCXX_3.4.32";

    /// <summary>Finds the cause from the loader's message and the files in the application's folders.</summary>
    /// <param name="loaderMessage">The loader's message, with a line for each place where it looked.</param>
    /// <param name="platform">Where the application runs.</param>
    /// <returns>What is missing, and what to do.</returns>
    public static string Explain(string loaderMessage, TorchPlatform platform)
    {
        string backend = $"the package {platform.BackendPackage} {platform.BackendVersion}";
        if (platform.BackendPackage is null)
        {
            return $"Torch can't be loaded: TorchSharp has no native library for {platform.Name}. It runs on 64-bit Linux and Windows on "
                + "x64, Windows on Arm64, and macOS on Apple silicon.";
        }

        if (MissingVersion().Match(loaderMessage) is { Success: true } version)
        {
            return Outdated(version.Groups["version"].Value, version.Groups["library"].Value);
        }

        if (!platform.HasEngine)
        {
            return $"Torch can't be loaded: there is no libtorch beside the application. Add {backend} to the application's project, "
                + "or TorchSharp-cuda-linux or TorchSharp-cuda-windows for NVIDIA GPUs, and build or publish it for this platform.";
        }

        if (!platform.HasWrapper)
        {
            return "Torch can't be loaded: TorchSharp's native library is not beside the application. Build or publish the application "
                + $"for {platform.Name}.";
        }

        return MissingLibrary().Match(loaderMessage) is { Success: true } library
                ? $"Torch can't be loaded: the system has no {library.Groups["library"].Value}, which libtorch needs. "
                    + "Install the system's package of it."
            : platform.IsWindows
                ? "Torch can't be loaded: a library that libtorch needs is missing or too old. Install the newest Microsoft Visual C++ "
                    + "Redistributable."
            : "Torch can't be loaded: the library that lies beside the application is damaged or of another version than TorchSharp's. "
                + $"Reference {backend}, delete the application's bin and obj folders, and build again.";
    }

    private static string Outdated(string version, string library)
    {
        string file = Path.GetFileName(library);
        string missing = $"Torch can't be loaded: the system's {file} has no version {version}.";
        if (version == CxxMark)
        {
            return missing
                + " Reference the package ReflectionCoder.Training in the application's project and leave ReflectionCoderMendTorchSharp "
                + "on, so that its build "
                + "drops this demand, or take a system with the C++ runtime of GCC 13 or newer (Debian 13, Ubuntu 24.04).";
        }

        return missing + " It is too old for libtorch: Debian 12, Ubuntu 22.04, RHEL 9 and anything newer will do.";
    }

    [GeneratedRegex(@"(?<library>[^\s:]+): version [`'](?<version>[\w.]+)' not found", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MissingVersion();

    // TorchSharp's and libtorch's own libraries were looked for as files above. Any other missing library is one of the system's.
    [GeneratedRegex(
        @"(?<![\w/.-])(?<library>lib(?!LibTorchSharp|torch)[\w+.-]+\.so[.\d]*): cannot open shared object file",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex MissingLibrary();
}
