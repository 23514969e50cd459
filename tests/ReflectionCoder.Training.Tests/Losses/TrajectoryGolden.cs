using System.Text.Json;
using ReflectionCoder.Optimization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Losses;

/// <summary>The reference's recorded runs (trajectory.json), for whoever follows them.</summary>
internal sealed class TrajectoryGolden
{
    private readonly JsonElement golden = Reference.Golden("trajectory");
    private readonly Dictionary<string, TokenizedSample> samples;

    public TrajectoryGolden() =>
        samples = golden
            .GetProperty("samples")
            .EnumerateObject()
            .ToDictionary(sample => sample.Name, sample => GoldenSamples.Create(sample.Value));

    /// <summary>The runs.</summary>
    public IEnumerable<JsonElement> Runs => golden.GetProperty("runs").EnumerateArray();

    /// <summary>The samples of a recorded step, and what the student sees of each.</summary>
    public (TokenizedSample[] Batch, bool[][] Visible) Read(JsonElement step)
    {
        TokenizedSample[] batch = [.. step.GetProperty("samples").EnumerateArray().Select(sample => samples[sample.GetString()!])];
        return (
            batch,
            [
                .. step.GetProperty("distillation_attention_mask")
                    .EnumerateArray()
                    .Select((mask, row) => GoldenSamples.Mask(mask)[..batch[row].Length]),
            ]
        );
    }

    /// <summary>
    /// Which weights of a run decay. transformers 4.40 lists Llama's norms among those that don't, but not Qwen2's; later versions go by
    /// name and spare both.
    /// </summary>
    public static Func<string, bool> Decays(JsonElement run) =>
        (run.GetProperty("decay").GetString(), run.GetProperty("model").GetString()) switch
        {
            ("all", _) => _ => true,
            ("hf_groups", "tiny-qwen2") => name => !name.Contains("bias", StringComparison.Ordinal),
            ("hf_groups", _) => AdamWOptions.DecaysByDefault,
            (string groups, _) => throw new InvalidOperationException($"Unknown decay groups {groups}."),
            _ => throw new InvalidOperationException("A run says nothing of its decay groups."),
        };

    /// <summary>Holds a number to the recorded one.</summary>
    public static void AssertNear(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what} is {actual:R}, expected {expected:R} within {tolerance:G2}.");
}
