using ReflectionCoder.Modeling.Blocks;

namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary>
    /// <c>starcoder2</c>: StarCoder2. Layer norms, an MLP without a gate, and biases on all projections unless <c>use_bias</c> is false. If
    /// there is a sliding window, all layers have it.
    /// </summary>
    /// <remarks>Published files ask for dropout in training. As in every family here, weights train without (docs/models.md).</remarks>
    public static ModelFamily Starcoder2 { get; } =
        new()
        {
            ModelType = "starcoder2",
            Name = "Starcoder2",
            DefaultMaxPositionEmbeddings = 4096,
            DefaultKeyValueHeads = 2,
            DefaultNormEpsilon = 1e-5,
            DefaultInitializerRange = 0.018042,
            DefaultBosTokenId = 50256,
            DefaultEosTokenIds = [50256],
            DefaultTieWordEmbeddings = true,
            AttentionBiasField = "use_bias",
            MlpBiasField = "use_bias",
            DefaultBias = true,
            Window = WindowRule.EveryLayerIfAsked,
            Norm = Norm.Layer,
            Mlp = Mlp.Gelu,
            FixedTexts = new Dictionary<string, string> { ["norm_type"] = "layer_norm", ["mlp_type"] = "default" },
            Gguf = new("starcoder2")
            {
                LayerNames = new Dictionary<string, string>(GgufForm.CommonLayerNames)
                {
                    ["mlp.c_fc"] = "ffn_up",
                    ["mlp.c_proj"] = "ffn_down",
                },
                NormEpsilonKey = "attention.layer_norm_epsilon",
                OptionalBiases = GgufBiases.Needed,
                NeedsHeadsOfHiddenSize = true,
            },
            HarmlessFields = ["attention_dropout", "residual_dropout", "embedding_dropout"],
        };
}
