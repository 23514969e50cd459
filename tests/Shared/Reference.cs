using System.Text.Json;

namespace ReflectionCoder.Tests;

/// <summary>Goldens measured on the paper's own code; absent in a user's clone, so tests that need them skip.</summary>
internal static class Reference
{
    /// <summary>$REFLECTIONCODER_REFERENCE, or ../shared/reference beside the repository; null when neither is there.</summary>
    public static string? Folder { get; } = RepositoryFolder.Material("REFLECTIONCODER_REFERENCE", "reference");

    /// <summary>Full path of a file below the reference folder; skips the calling test when it is absent.</summary>
    public static string PathOf(string relative)
    {
        Assert.SkipWhen(Folder is null, "No reference folder: set REFLECTIONCODER_REFERENCE or put it at ../shared/reference.");
        string path = Path.Combine(Folder!, relative);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"The reference folder has no {relative}.");
        return path;
    }

    /// <summary>A parsed golden file of <c>goldens/</c>; skips the calling test when it is absent.</summary>
    public static JsonElement Golden(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf(Path.Combine("goldens", name + ".json"))));
        return document.RootElement.Clone();
    }
}
