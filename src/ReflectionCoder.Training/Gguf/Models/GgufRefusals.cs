using System.Globalization;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Gguf.Models;

/// <summary>
/// Refuses configurations that the format can't express or that llama.cpp would compute in another way: it would load the file and give
/// wrong answers.
/// </summary>
internal static class GgufRefusals
{
    /// <summary>Betas of yarn that the runtime has where no other ones are given; it reads none from a file.</summary>
    private const double RuntimeBetaFast = 32;
    private const double RuntimeBetaSlow = 1;

    /// <summary>Checks a configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="contextLength">The context length that the file will have.</param>
    /// <returns>The family's form.</returns>
    /// <exception cref="DataFormatException">It can't be exported; the message says why.</exception>
    internal static GgufForm Check(ModelConfig config, int contextLength)
    {
        GgufForm form =
            config.Family.Gguf
            ?? throw Refuse(config, "model_type", $"'{config.Family.ModelType}' has no form in GGUF that this library can write.");
        if (config.PositionEmbeddingType == PositionEmbeddingType.Absolute)
        {
            throw Refuse(config, "position_embedding_type", "'absolute' can't be expressed in GGUF for this family; expected rotary.");
        }

        if (config.HasWindows && config.SlidingWindow < contextLength)
        {
            throw Refuse(
                config,
                "sliding_window",
                $"llama.cpp ignores the window of {Show(config.SlidingWindow!.Value)} tokens in '{form.Architecture}', and the context "
                    + $"has {Show(contextLength)}. Export it with a {nameof(GgufExportOptions.ContextLength)} of "
                    + $"{Show(config.SlidingWindow.Value)} at most."
            );
        }

        CheckBiases(config, form);
        CheckScales(config);
        CheckRope(config, form);
        return form;
    }

    private static void CheckBiases(ModelConfig config, GgufForm form)
    {
        bool optional = (config.QueryKeyValueBias && !config.Family.HasQueryKeyValueBias) || config.AttentionOutputBias || config.MlpBias;
        if (optional && !form.ReadsOptionalBiases)
        {
            throw Refuse(
                config,
                config.MlpBias ? config.Family.MlpBiasField ?? "mlp_bias" : config.Family.AttentionBiasField ?? "attention_bias",
                $"llama.cpp reads no such biases in '{form.Architecture}'."
            );
        }
    }

    private static void CheckScales(ModelConfig config)
    {
        foreach (
            (string name, bool neutral) in ((string, bool)[])
                [
                    (nameof(config.EmbeddingScale), config.EmbeddingScale == 1),
                    (nameof(config.AttentionScale), config.AttentionScale is null),
                    (nameof(config.LogitScale), config.LogitScale == 1),
                    (nameof(config.LogitSoftCap), config.LogitSoftCap is null),
                    (nameof(config.SlidingRopeTheta), config.SlidingRopeTheta is null),
                ]
        )
        {
            if (!neutral)
            {
                throw Refuse(config, name, $"'{config.Family.ModelType}' can't express it in GGUF; expected the default value.");
            }
        }
    }

    private static void CheckRope(ModelConfig config, GgufForm form)
    {
        switch (config.RopeScaling)
        {
            case { Type: RopeType.Llama3 } when !form.ReadsRopeFactors:
                throw Refuse(config, "rope_scaling.rope_type", $"llama.cpp reads no factors of 'llama3' in '{form.Architecture}'.");
            case { Type: RopeType.Yarn } yarn when yarn.BetaFast != RuntimeBetaFast || yarn.BetaSlow != RuntimeBetaSlow:
                throw Refuse(
                    config,
                    yarn.BetaFast != RuntimeBetaFast ? "rope_scaling.beta_fast" : "rope_scaling.beta_slow",
                    $"llama.cpp computes yarn with {Show(RuntimeBetaFast)} and {Show(RuntimeBetaSlow)}, whatever a file says; found "
                        + $"{Show(yarn.BetaFast)} and {Show(yarn.BetaSlow)}."
                );
            case { Type: RopeType.Yarn, Truncate: false }:
                throw Refuse(config, "rope_scaling.truncate", "llama.cpp always rounds the ends of yarn's ramp; expected true.");
        }
    }

    private static string Show(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static DataFormatException Refuse(ModelConfig config, string field, string problem) => new(config.Path, field, problem);
}
