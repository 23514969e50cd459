using System.Text.Json;

namespace ReflectionCoder.Tests.Evaluation;

/// <summary>
/// Benchmarks, published completions and the counts measured on them; absent in a user's clone, so tests that need them skip.
/// </summary>
internal static class EvaluationData
{
    /// <summary>$REFLECTIONCODER_EVAL, or ../shared/eval beside the repository; null when neither is there.</summary>
    public static string? Folder { get; } = RepositoryFolder.Material("REFLECTIONCODER_EVAL", "eval");

    /// <summary>Full path of a file; skips the calling test when it is absent.</summary>
    public static string PathOf(string relative)
    {
        Assert.SkipWhen(Folder is null, "No evaluation data: set REFLECTIONCODER_EVAL or put it at ../shared/eval.");
        string path = Path.Combine(Folder!, relative);
        Assert.SkipUnless(File.Exists(path), $"The evaluation data has no {relative}.");
        return path;
    }

    /// <summary>What was measured for a model's completions: the expectations of expected.json.</summary>
    public static JsonElement Expected(string model, string harness)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf("expected.json")));
        return document.RootElement.GetProperty("models").GetProperty(model).GetProperty(harness).Clone();
    }
}
