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

    private static readonly string[] NamesOfOtherTokens = ["phi-3", "phi3"];

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

        CheckRopeLayers(config, form);
        CheckWindows(config, form, contextLength);
        CheckHeads(config, form);
        CheckBiases(config, form);
        CheckFactors(config, form);
        CheckRope(config, form);
        return form;
    }

    /// <summary>Checks the model's name. The runtime treats special tokens of some names in a way of their own.</summary>
    /// <exception cref="DataFormatException">It is such a name.</exception>
    internal static void CheckName(ModelConfig config, string name)
    {
        if (NamesOfOtherTokens.FirstOrDefault(other => name.Contains(other, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            throw Refuse(
                config,
                "general.name",
                $"'{name}' contains '{known}', by which llama.cpp takes the special tokens for those of that model: it doesn't load the "
                    + $"file, or takes spaces away. Set another {nameof(GgufExportOptions)}.{nameof(GgufExportOptions.Name)}."
            );
        }
    }

    private static void CheckRopeLayers(ModelConfig config, GgufForm form)
    {
        IReadOnlyList<bool> runtime = form.RotaryLayers(config.HiddenLayers);
        if (!Enumerable.Range(0, config.HiddenLayers).Select(config.HasRope).SequenceEqual(runtime))
        {
            string every = form.NoRopeInterval is { } interval ? $"every {Show(interval)}th layer" : "no layer";
            throw Refuse(
                config,
                NoRopeLayers.List,
                $"llama.cpp leaves rotary embeddings out of {every} in '{form.Architecture}', whatever a file says; here it is others."
            );
        }
    }

    private static void CheckWindows(ModelConfig config, GgufForm form, int contextLength)
    {
        if (config.HasWindows && form.ReadsWindows && GgufWindows.PatternOf(config) is null)
        {
            throw Refuse(
                config,
                "layer_types",
                $"llama.cpp reads in '{form.Architecture}' only every how many layers one has full attention; these have no such order."
            );
        }

        if (config.HasWindows && !form.ReadsWindows && config.SlidingWindow < contextLength)
        {
            throw Refuse(
                config,
                "sliding_window",
                $"llama.cpp ignores the window of {Show(config.SlidingWindow!.Value)} tokens in '{form.Architecture}', and the context "
                    + $"has {Show(contextLength)}. Export it with a {nameof(GgufExportOptions.ContextLength)} of "
                    + $"{Show(config.SlidingWindow.Value)} at most."
            );
        }
    }

    private static void CheckHeads(ModelConfig config, GgufForm form)
    {
        if (form.NeedsHeadsOfHiddenSize && config.AttentionHeads * (long)config.HeadDimension != config.HiddenSize)
        {
            throw Refuse(
                config,
                "head_dim",
                $"{Show(config.AttentionHeads)} heads of width {Show(config.HeadDimension)} are not as wide as the hidden states, "
                    + $"{Show(config.HiddenSize)}, which llama.cpp expects in '{form.Architecture}'."
            );
        }
    }

    private static void CheckBiases(ModelConfig config, GgufForm form)
    {
        bool some = (config.QueryKeyValueBias && !config.Family.HasQueryKeyValueBias) || config.AttentionOutputBias || config.MlpBias;
        bool all = config.QueryKeyValueBias && config.AttentionOutputBias && config.MlpBias;
        string? problem = form.OptionalBiases switch
        {
            GgufBiases.Unread when some => "reads no such biases",
            GgufBiases.Needed when !all => "needs biases on all projections",
            _ => null,
        };
        if (problem is not null)
        {
            throw Refuse(
                config,
                config.MlpBias ? config.Family.MlpBiasField ?? "mlp_bias" : config.Family.AttentionBiasField ?? "attention_bias",
                $"llama.cpp {problem} in '{form.Architecture}'."
            );
        }
    }

    /// <summary>What the runtime scales and caps must be what the model does.</summary>
    private static void CheckFactors(ModelConfig config, GgufForm form)
    {
        if (RuntimeFactors.FindDifference(config, form) is { } found)
        {
            throw Refuse(
                config,
                found.Field,
                $"is {Show(found.Value)}; llama.cpp computes with {Show(found.Expected)} in '{form.Architecture}'."
            );
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
            case { Type: RopeType.Yarn } yarn when config.HasWindows && form.ReadsWindows && GgufModelKeys.YarnCorrection(yarn) != 1:
                throw Refuse(
                    config,
                    "rope_scaling.attention_factor",
                    "llama.cpp applies it in layers with a sliding window, too, where frequencies are not scaled; expected yarn's own "
                        + $"factor, {Show(GgufModelKeys.RuntimeYarnFactor(yarn.Factor))}."
                );
            case { Type: RopeType.Yarn, Truncate: false }:
                throw Refuse(config, "rope_scaling.truncate", "llama.cpp always rounds the ends of yarn's ramp; expected true.");
        }
    }

    private static string Show(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "none";

    private static DataFormatException Refuse(ModelConfig config, string field, string problem) => new(config.Path, field, problem);
}
