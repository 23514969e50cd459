using TorchSharp;

namespace ReflectionCoder.Tests.Surfaces;

/// <summary>
/// TorchSharp-0.107.0.txt lists the real package's signatures of what the compat assembly carries. Whoever adds a member to compat adds
/// the package's signatures for it, all overloads; on flavour packages the list itself is checked against the package.
/// </summary>
public class SurfaceTests
{
    private static readonly bool IsCompat = typeof(torch).Assembly.GetName().Name == "ReflectionCoder.Compat.TorchSharp";

    private static string[] Listed => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Surface", "TorchSharp-0.107.0.txt"));

    private static IEnumerable<string> Actual => new PackageSurface("TorchSharp.").Of(typeof(torch).Assembly);

    [SkippableFact]
    public void Compat_EveryPublicMember_IsThePackages()
    {
        Skip.IfNot(IsCompat, "flavour packages: there is no compat assembly to check");
        PackageSurface.AssertContained(Actual, Listed, "not in TorchSharp 0.107.0");
    }

    [SkippableFact]
    public void Compat_EveryListedMember_IsThere()
    {
        Skip.IfNot(IsCompat, "flavour packages: there is no compat assembly to check");
        PackageSurface.AssertContained(Listed, Actual, "listed, but not in compat");
    }

    [SkippableFact]
    public void List_EveryLine_IsThePackages()
    {
        Skip.If(IsCompat, "flavour compat: the package is not here");
        PackageSurface.AssertContained(Listed, Actual, "not in the package");
    }
}
