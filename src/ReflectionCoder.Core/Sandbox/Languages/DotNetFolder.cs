using System.Globalization;
using System.Runtime.InteropServices;

namespace ReflectionCoder.Sandbox.Languages;

/// <summary>Where the .NET SDK is. If there is none, the paths say where it would be.</summary>
internal sealed record DotNetFolder
{
    private DotNetFolder(string? root)
    {
        Root = root;
        string folder = root ?? (OperatingSystem.IsWindows() ? @"C:\Program Files\dotnet" : "/usr/share/dotnet");
        Program = Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        string sdk = Newest(Path.Combine(folder, "sdk"), HasCompiler) ?? Path.Combine(folder, "sdk");
        Compiler = CompilerOf(sdk);
        string? runtime = Newest(Path.Combine(folder, "shared", "Microsoft.NETCore.App"), _ => true);
        RuntimeMajor = runtime is null ? Environment.Version.Major : VersionOf(runtime)!.Major;
        References = FindReferences(folder, runtime);
    }

    /// <summary>The folder of the installation; null if there is none.</summary>
    public string? Root { get; }

    /// <summary>The program that runs compiled files.</summary>
    public string Program { get; }

    /// <summary>The C# compiler, a .NET program.</summary>
    public string Compiler { get; }

    /// <summary>Major version of the newest runtime.</summary>
    public int RuntimeMajor { get; }

    /// <summary>Libraries that programs are compiled against.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>Looks beside the running .NET, then in DOTNET_ROOT, then in the usual places.</summary>
    public static DotNetFolder Find()
    {
        string running = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] places =
        [
            running,
            Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            "/usr/share/dotnet",
            "/usr/lib/dotnet",
            "/usr/local/share/dotnet",
            @"C:\Program Files\dotnet",
            Path.Combine(home, ".dotnet"),
        ];
        return new DotNetFolder(
            places.FirstOrDefault(place => place is { Length: > 0 } && Newest(Path.Combine(place, "sdk"), HasCompiler) is not null)
        );
    }

    // The reference pack is what a project is compiled against; the runtime's own libraries do as well.
    private static string[] FindReferences(string root, string? runtime)
    {
        if (runtime is null)
        {
            return [];
        }

        int major = VersionOf(runtime)!.Major;
        string? pack = Newest(Path.Combine(root, "packs", "Microsoft.NETCore.App.Ref"), folder => VersionOf(folder)!.Major == major);
        string references = Path.Combine(pack ?? "", "ref", string.Create(CultureInfo.InvariantCulture, $"net{major}.0"));
        IEnumerable<string> files = Directory.Exists(references)
            ? Directory.GetFiles(references, "*.dll")
            : Directory.GetFiles(runtime, "*.dll").Where(IsManaged);
        return [.. files.Order(StringComparer.Ordinal)];
    }

    // On Windows, the runtime's folder also holds libraries that aren't .NET's.
    private static bool IsManaged(string file) =>
        Path.GetFileName(file) is var name
        && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll" or "Microsoft.CSharp.dll")
        && !name.Contains(".Native.", StringComparison.Ordinal);

    private static bool HasCompiler(string sdk) => File.Exists(CompilerOf(sdk));

    private static string CompilerOf(string sdk) => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll");

    private static string? Newest(string folder, Func<string, bool> fits) =>
        Directory.Exists(folder)
            ? Directory.GetDirectories(folder).Where(inner => VersionOf(inner) is not null && fits(inner)).MaxBy(VersionOf)
            : null;

    // A preview's name, such as 11.0.100-preview.1, counts as its version.
    private static Version? VersionOf(string folder) =>
        Version.TryParse(Path.GetFileName(folder).Split('-')[0], out Version? version) ? version : null;
}
