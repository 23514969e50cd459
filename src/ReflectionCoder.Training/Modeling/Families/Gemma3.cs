using ReflectionCoder.Modeling.Blocks;

namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary>Layers of Gemma 3 27B, by which llama.cpp knows that it scales attention in another way.</summary>
    private const int Gemma3LargestLayers = 62;

    /// <summary>
    /// <c>gemma3_text</c>: Gemma 3 without images. Embeddings are scaled by √(hidden size). Norms multiply by 1 + weight, and stand on both
    /// sides of attention and of the MLP. Queries and keys are normalized head by head. Every sixth layer has full attention; the others
    /// have a sliding window, and rotary frequencies of their own.
    /// </summary>
    public static ModelFamily Gemma3 { get; } =
        new()
        {
            ModelType = "gemma3_text",
            Name = "Gemma3",
            DefaultMaxPositionEmbeddings = 131072,
            DefaultKeyValueHeads = 4,
            DefaultHeadDimension = 256,
            DefaultRopeTheta = 1e6,
            DefaultBosTokenId = 2,
            DefaultEosTokenIds = [1],
            DefaultTieWordEmbeddings = true,
            AttentionBiasField = "attention_bias",
            HasQueryKeyNorms = true,
            Window = WindowRule.AllButEveryNth,
            HasSlidingRope = true,
            RoundsEmbeddingScale = true,
            Norm = Norm.RmsOnePlus,
            LayerNorms = new LayerNorms("input_layernorm", "pre_feedforward_layernorm")
            {
                AfterAttention = "post_attention_layernorm",
                AfterMlp = "post_feedforward_layernorm",
            },
            Mlp = Mlp.GeGlu,
            ActivationField = "hidden_activation",
            Gguf = new("gemma3")
            {
                LayerNames = new Dictionary<string, string>(GgufForm.CommonLayerNames)
                {
                    ["post_attention_layernorm"] = "post_attention_norm",
                    ["pre_feedforward_layernorm"] = "ffn_norm",
                    ["post_feedforward_layernorm"] = "post_ffw_norm",
                },
                ReadsWindows = true,
                ReadsLogitCap = true,
                SetFactors = config =>
                    config with
                    {
                        EmbeddingScale = Math.Sqrt(config.HiddenSize),
                        AttentionScale =
                            1
                            / Math.Sqrt(
                                config.HiddenLayers == Gemma3LargestLayers
                                    ? config.HiddenSize / config.AttentionHeads // whole numbers there, too
                                    : config.HeadDimension
                            ),
                        LogitScale = 1,
                    },
            },
            Complete = config => config with { EmbeddingScale = Math.Sqrt(config.HiddenSize) },
            Numbers =
            [
                // Rounded, because 1 / (1 / √x)² may miss x by a little.
                new FamilyNumber(
                    "query_pre_attn_scalar",
                    256,
                    config => config.AttentionScale is { } scale ? Math.Round(1 / (scale * scale), 9) : null,
                    (config, value) => config with { AttentionScale = value is { } scalar ? 1 / Math.Sqrt(scalar) : null }
                )
                {
                    IsPositive = true,
                    AllowsNull = false,
                    PrefersInteger = true,
                },
                new FamilyNumber(
                    "rope_local_base_freq",
                    10000,
                    config => config.SlidingRopeTheta,
                    (config, value) => config with { SlidingRopeTheta = value }
                )
                {
                    IsPositive = true,
                    AllowsNull = false,
                },
                new FamilyNumber(
                    "final_logit_softcapping",
                    null,
                    config => config.LogitSoftCap,
                    (config, value) => config with { LogitSoftCap = value }
                )
                {
                    IsPositive = true,
                },
            ],
        };
}
