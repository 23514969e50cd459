using ReflectionCoder.Tests.Support;
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

    [SkippableFact]
    public void Compat_EveryPublicMember_IsThePackages()
    {
        Skip.IfNot(IsCompat, "flavour packages: there is no compat assembly to check");
        var unknown = Surface.Of(typeof(torch).Assembly).Except(Listed).Order(StringComparer.Ordinal).ToArray();
        Assert.True(unknown.Length == 0, $"not in TorchSharp 0.107.0:\n{string.Join('\n', unknown)}");
    }

    [SkippableFact]
    public void Compat_EveryListedMember_IsThere()
    {
        Skip.IfNot(IsCompat, "flavour packages: there is no compat assembly to check");
        var missing = Listed.Except(Surface.Of(typeof(torch).Assembly)).ToArray();
        Assert.True(missing.Length == 0, $"listed, but not in compat:\n{string.Join('\n', missing)}");
    }

    [SkippableFact]
    public void List_EveryLine_IsThePackages()
    {
        Skip.If(IsCompat, "flavour compat: the package is not here");
        var wrong = Listed.Except(Surface.Of(typeof(torch).Assembly)).ToArray();
        Assert.True(wrong.Length == 0, $"not in the package:\n{string.Join('\n', wrong)}");
    }
}
