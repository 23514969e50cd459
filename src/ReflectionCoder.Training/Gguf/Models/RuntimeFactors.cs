using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Gguf.Models;

/// <summary>Compares what a model scales and caps with what the runtime does, which a file can't say otherwise.</summary>
internal static class RuntimeFactors
{
    private static readonly Factor[] All =
    [
        new(
            nameof(ModelConfig.EmbeddingScale),
            config => config.EmbeddingScale,
            (config, value) => config with { EmbeddingScale = value ?? 1 }
        ),
        new(
            nameof(ModelConfig.AttentionScale),
            config => config.AttentionScale ?? (1 / Math.Sqrt(config.HeadDimension)),
            (config, value) => config with { AttentionScale = value }
        ),
        new(nameof(ModelConfig.LogitScale), config => config.LogitScale, (config, value) => config with { LogitScale = value ?? 1 }),
        new(nameof(ModelConfig.LogitSoftCap), config => config.LogitSoftCap, (config, value) => config with { LogitSoftCap = value }),
        new(
            nameof(ModelConfig.SlidingRopeTheta),
            config => config.SlidingRopeTheta,
            (config, value) => config with { SlidingRopeTheta = value }
        ),
    ];

    /// <summary>The first value that the runtime has otherwise; null if there is none.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="form">The family's form.</param>
    /// <returns>The field of <c>config.json</c> that says it, or the name of the property where no field does; the configuration's value;
    /// the runtime's.</returns>
    internal static (string Field, double? Value, double? Expected)? FindDifference(ModelConfig config, GgufForm form)
    {
        ModelConfig runtime = form.SetFactors(config) with
        {
            LogitSoftCap = form.ReadsLogitCap ? config.LogitSoftCap : null,
            SlidingRopeTheta = form.ReadsWindows ? config.SlidingRopeTheta : null,
        };
        foreach (Factor factor in All)
        {
            (double? value, double? expected) = (factor.Get(config), factor.Get(runtime));
            if (!AreEqual(value, expected))
            {
                ModelConfig other = factor.Set(config, expected);
                string? field = config.Family.Numbers.FirstOrDefault(number => number.Get(config) != number.Get(other))?.Field;
                return (field ?? factor.Name, value, expected);
            }
        }

        return null;
    }

    /// <summary>Equal but for what float32 can't tell.</summary>
    private static bool AreEqual(double? one, double? other) =>
        one == other || (one is { } left && other is { } right && Math.Abs(left - right) <= 1e-8 * Math.Abs(right));

    private sealed record Factor(string Name, Func<ModelConfig, double?> Get, Func<ModelConfig, double?, ModelConfig> Set);
}
