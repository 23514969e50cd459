using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Blocks;
using ReflectionCoder.Modeling.Families;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>
/// Families that the library doesn't have, made of all that a family may choose: what a host can do, norms on both sides of a layer, and
/// an MLP without a gate. They hold the seams, not published models.
/// </summary>
internal static class ForeignFamilies
{
    /// <summary>A host's: Llama with tied embeddings and scaled logits.</summary>
    internal static ModelFamily Scaled { get; } =
        ModelFamily.Llama with
        {
            ModelType = "scaled_llama",
            Name = "ScaledLlama",
            DefaultTieWordEmbeddings = true,
            Numbers =
            [
                new FamilyNumber(
                    "logit_scale",
                    0.0625,
                    config => config.LogitScale,
                    (config, value) => config with { LogitScale = value ?? 1 }
                ),
            ],
            HarmlessFields = ["norm_of_note"],
        };

    /// <summary>
    /// Norms on both sides, scaled embeddings and attention, capped logits, rotary frequencies of their own in sliding layers.
    /// </summary>
    internal static ModelFamily Sandwich { get; } =
        ModelFamily.Qwen3 with
        {
            ModelType = "sandwich",
            Name = "Sandwich",
            DefaultTieWordEmbeddings = true,
            LayerNorms = new LayerNorms("input_layernorm", "pre_feedforward_layernorm")
            {
                AfterAttention = "post_attention_layernorm",
                AfterMlp = "post_feedforward_layernorm",
            },
            Complete = config => config with { EmbeddingScale = Math.Sqrt(config.HiddenSize) },
            Numbers =
            [
                new FamilyNumber(
                    "query_pre_attn_scalar",
                    256,
                    config => config.AttentionScale is { } scale ? Math.Round(1 / (scale * scale), 9) : null,
                    (config, value) => config with { AttentionScale = value is { } scalar ? 1 / Math.Sqrt(scalar) : null }
                ),
                new FamilyNumber(
                    "final_logit_softcapping",
                    null,
                    config => config.LogitSoftCap,
                    (config, value) => config with { LogitSoftCap = value }
                ),
                new FamilyNumber(
                    "rope_local_base_freq",
                    10000,
                    config => config.SlidingRopeTheta,
                    (config, value) => config with { SlidingRopeTheta = value }
                ),
            ],
        };

    /// <summary>Layer norms, an MLP without a gate, biases everywhere under one field.</summary>
    internal static ModelFamily Plain { get; } =
        ModelFamily.Mistral with
        {
            ModelType = "plain",
            Name = "Plain",
            DefaultTieWordEmbeddings = true,
            DefaultNormEpsilon = 1e-5,
            AttentionBiasField = "use_bias",
            MlpBiasField = "use_bias",
            DefaultBias = true,
            HarmlessFields = ["norm_type", "mlp_type"],
            Norm = new Norm(
                "norm_epsilon",
                ["weight", "bias"],
                (x, tensors, epsilon) => nn.functional.layer_norm(x, [x.shape[^1]], tensors[0], tensors[1], epsilon)
            )
            {
                LeavesInput = false,
            },
            Mlp = new Mlp
            {
                Activations = ["gelu_pytorch_tanh"],
                Inputs = ["c_fc"],
                Output = "c_proj",
                Combine = inputs => nn.functional.gelu(inputs[0], TorchSharp.Modules.GELU.Approximate.tanh),
                BackwardWidths = 2,
                LeavesInputs = false,
            },
        };

    internal static Dictionary<string, ModelConfig> Configs { get; } =
        new()
        {
            ["scaled"] = TinyModels.Llama with { Family = Scaled, TieWordEmbeddings = true, LogitScale = -0.4 },
            ["sandwich"] = TinyModels.Qwen3 with
            {
                Family = Sandwich,
                EmbeddingScale = Math.Sqrt(24),
                AttentionScale = 0.25,
                LogitSoftCap = 1.5,
                SlidingRopeTheta = 100,
                SlidingWindow = 3,
                LayerTypes = [LayerType.SlidingAttention, LayerType.FullAttention],
                RopeScaling = new() { Type = RopeType.Linear, Factor = 4 },
            },
            ["plain"] = TinyModels.Mistral with
            {
                Family = Plain,
                SlidingWindow = 4,
                QueryKeyValueBias = true,
                AttentionOutputBias = true,
                MlpBias = true,
                TieWordEmbeddings = true,
            },
        };
}
