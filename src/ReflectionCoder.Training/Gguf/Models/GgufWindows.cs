using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Gguf.Models;

/// <summary>
/// The keys of sliding windows, where the runtime reads them: the width, every how many layers one has full attention, and the base of the
/// rotary frequencies of the others. Scaling of frequencies is for layers with full attention only.
/// </summary>
internal static class GgufWindows
{
    private const string Window = "attention.sliding_window";
    private const string Pattern = "attention.sliding_window_pattern";
    private const string RopeBase = "rope.freq_base_swa";

    /// <summary>The runtime's values where a file doesn't have the keys.</summary>
    private const int RuntimePattern = 6;
    private const double RuntimeRopeBase = 10000;

    /// <summary>Every how many layers one has full attention; null if the key can't say which layers have it.</summary>
    /// <param name="config">The configuration, with windows.</param>
    internal static int? PatternOf(ModelConfig config) => WindowPattern.PatternOf(WindowRule.AllTypesOf(config));

    /// <summary>Adds the keys of a configuration that was checked.</summary>
    internal static void Add(GgufKeys keys, string prefix, ModelConfig config)
    {
        if (config.HasWindows)
        {
            keys.Add(prefix + Window, (uint)config.SlidingWindow!.Value);
            keys.Add(prefix + Pattern, (uint)PatternOf(config)!.Value);
        }

        if (config.SlidingRopeTheta is { } theta)
        {
            keys.Add(prefix + RopeBase, (float)theta);
        }
    }

    /// <summary>Completes a configuration by what the keys say.</summary>
    /// <param name="fields">The file's keys.</param>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="config">The configuration, with as many layers as the file can hold.</param>
    internal static ModelConfig Read(GgufFields fields, string prefix, ModelConfig config)
    {
        int window = fields.OptionalInt(prefix + Window) ?? 0;
        int pattern = fields.OptionalInt(prefix + Pattern) ?? RuntimePattern;
        double theta = GgufModelReader.Decimal(fields.OptionalNumber(prefix + RopeBase) ?? RuntimeRopeBase);

        // To the runtime a pattern of 0 means that no layer has full attention.
        int every = pattern == 0 ? config.HiddenLayers + 1 : pattern;
        return config with
        {
            SlidingWindow = window == 0 ? null : window,
            LayerTypes = window == 0 ? [] : WindowPattern.TypesOf(every, config.HiddenLayers),
            SlidingRopeTheta = theta,
        };
    }
}
