using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tests.Surfaces;

/// <summary>
/// Microsoft.ML.Tokenizers-2.0.0.txt lists every public member of the real package's classes that compat carries or may come to carry.
/// Compat's surface is a subset; on flavour packages the list itself is checked against the package.
/// </summary>
public class TokenizersSurfaceTests
{
    private static readonly bool IsCompat = typeof(Tokenizer).Assembly.GetName().Name == "ReflectionCoder.Compat.Tokenizers";

    private static string[] Listed => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Surface", "Microsoft.ML.Tokenizers-2.0.0.txt"));

    private static IEnumerable<string> Actual => new PackageSurface("Microsoft.ML.Tokenizers.").Of(typeof(Tokenizer).Assembly);

    [SkippableFact]
    public void Compat_EveryPublicMember_IsThePackages()
    {
        Skip.IfNot(IsCompat, "flavour packages: there is no compat assembly to check");
        PackageSurface.AssertContained(Actual, Listed, "not in Microsoft.ML.Tokenizers 2.0.0");
    }

    /// <summary>Overload resolution must not differ between the flavours: of a method's overloads, compat has all or none.</summary>
    [SkippableFact]
    public void Compat_OfAMethodsOverloads_HasAllOrNone()
    {
        Skip.IfNot(IsCompat, "flavour packages: there is no compat assembly to check");
        HashSet<string> groups = [.. Actual.Select(Group)];
        PackageSurface.AssertContained(Listed.Where(line => line.StartsWith("M ") && groups.Contains(Group(line))), Actual, "overloads that compat lacks");
    }

    [SkippableFact]
    public void List_EveryLine_IsThePackages()
    {
        Skip.If(IsCompat, "flavour compat: the package is not here");
        PackageSurface.AssertContained(Listed, Actual, "not in the package");
    }

    /// <summary>"M Owner::static Name(" without its modifiers.</summary>
    private static string Group(string line)
    {
        string head = line.Split('(')[0];
        return head.Split("::")[0] + "::" + head.Split("::")[^1].Split(' ')[^1];
    }
}
