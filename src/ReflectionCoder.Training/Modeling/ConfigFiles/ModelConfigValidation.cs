using ReflectionCoder.Files;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Modeling.ConfigFiles;

/// <summary>Checks that a configuration's numbers are in range and agree with each other.</summary>
internal static class ModelConfigValidation
{
    private const int MostLayers = 10_000;
    private const long MostParameters = 1L << 44; // more than any model has, and few enough that sizes in bytes can't overflow

    /// <exception cref="DataFormatException">A number is out of range, or two disagree.</exception>
    internal static void Check(ModelConfig config)
    {
        var check = new Checker(config.Path);
        check.Positive(config.VocabularySize, "vocab_size");
        check.Positive(config.HiddenSize, "hidden_size");
        check.Positive(config.IntermediateSize, "intermediate_size");
        check.Positive(config.HiddenLayers, "num_hidden_layers");
        check.Positive(config.AttentionHeads, "num_attention_heads");
        check.Positive(config.KeyValueHeads, "num_key_value_heads");
        check.Positive(config.HeadDimension, "head_dim");
        check.Positive(config.MaxPositionEmbeddings, "max_position_embeddings");
        check.Require(config.HiddenLayers <= MostLayers, "num_hidden_layers", $"{config.HiddenLayers} is more than {MostLayers}.");
        check.Require(
            config.AttentionHeads % config.KeyValueHeads == 0,
            "num_key_value_heads",
            $"{config.KeyValueHeads} does not divide num_attention_heads, {config.AttentionHeads}."
        );
        check.AtLeast(config.NormEpsilon, 0, config.Family.Norm.EpsilonField);
        check.AtLeast(config.InitializerRange, 0, "initializer_range");
        CheckBiases(config, check);
        CheckScales(config, check);
        CheckPositions(config, check);
        CheckWindow(config, check);
        CheckSize(config, check);
    }

    private static void CheckBiases(ModelConfig config, Checker check)
    {
        ModelFamily family = config.Family;
        check.Require(
            family.AttentionBiasField is null
                ? config.QueryKeyValueBias == family.HasQueryKeyValueBias && !config.AttentionOutputBias
                : config.QueryKeyValueBias == config.AttentionOutputBias,
            family.AttentionBiasField ?? "attention_bias",
            $"{family.Name} has no such combination of attention biases."
        );
        check.Require(family.MlpBiasField is not null || !config.MlpBias, "mlp_bias", $"{family.Name} has no MLP biases.");
        check.Require(
            family.AttentionBiasField is not { } field || field != family.MlpBiasField || config.MlpBias == config.AttentionOutputBias,
            family.MlpBiasField ?? "mlp_bias",
            $"{family.Name} has biases on all projections or on none."
        );
    }

    private static void CheckScales(ModelConfig config, Checker check)
    {
        check.Positive(config.EmbeddingScale, nameof(config.EmbeddingScale));
        check.Positive(config.AttentionScale ?? 1, nameof(config.AttentionScale));
        check.Require(
            double.IsFinite(config.LogitScale) && config.LogitScale != 0,
            nameof(config.LogitScale),
            $"{config.LogitScale} is not a finite factor."
        );
        check.Positive(config.LogitSoftCap ?? 1, nameof(config.LogitSoftCap));
        check.Positive(config.SlidingRopeTheta ?? 1, nameof(config.SlidingRopeTheta));

        // Otherwise config.json could not express it, and a saved model would be loaded as another one.
        check.Require(
            config.Family.CanSay(config),
            "model_type",
            $"'{config.Family.ModelType}' has no fields that say how embeddings, attention or logits are scaled or capped here."
        );
    }

    private static void CheckPositions(ModelConfig config, Checker check)
    {
        check.Positive(config.RopeTheta, "rope_theta");
        check.Require(
            config.RotaryLayers.Count == 0 || config.Family.NoRopeInterval is not null,
            NoRopeLayers.List,
            $"all layers of {config.Family.Name} have rotary embeddings."
        );
        check.Require(
            config.RotaryLayers.Count == 0 || config.RotaryLayers.Count == config.HiddenLayers,
            NoRopeLayers.List,
            $"has {config.RotaryLayers.Count} entries for {config.HiddenLayers} layers."
        );
        if (config.PositionEmbeddingType == PositionEmbeddingType.Absolute)
        {
            check.Require(
                config.RopeScaling is null,
                "rope_scaling",
                "absolute positions (position_embedding_type) are not scaled; expected null."
            );
            return;
        }

        check.Require(
            config.HeadDimension % 2 == 0,
            "head_dim",
            $"{config.HeadDimension} is odd; rotary embeddings need an even head width."
        );
        if (config.RopeScaling is not { } scaling)
        {
            return;
        }

        check.AtLeast(scaling.Factor, 1, "rope_scaling.factor");
        check.Require(
            scaling.OriginalMaxPositionEmbeddings is null or > 0,
            "rope_scaling.original_max_position_embeddings",
            $"{scaling.OriginalMaxPositionEmbeddings} is not positive."
        );
        switch (scaling.Type)
        {
            case RopeType.Dynamic:
                check.Require(
                    config.HeadDimension > 2,
                    "head_dim",
                    "2 is too narrow for rope type 'dynamic', which divides by head_dim - 2."
                );
                break;
            case RopeType.Llama3:
                check.Positive(scaling.LowFrequencyFactor, "rope_scaling.low_freq_factor");
                check.Positive(scaling.HighFrequencyFactor, "rope_scaling.high_freq_factor");
                check.Require(
                    scaling.HighFrequencyFactor > scaling.LowFrequencyFactor,
                    "rope_scaling.high_freq_factor",
                    $"{scaling.HighFrequencyFactor} is not above low_freq_factor, {scaling.LowFrequencyFactor}."
                );
                break;
            case RopeType.Yarn:
                check.Require(
                    config.RopeTheta > 1,
                    "rope_theta",
                    $"{config.RopeTheta} is not above 1; rope type 'yarn' divides by its logarithm."
                );
                check.Positive(scaling.AttentionFactor ?? 1, "rope_scaling.attention_factor");
                check.AtLeast(scaling.Mscale ?? 0, 0, "rope_scaling.mscale");
                check.AtLeast(scaling.MscaleAllDim ?? 0, 0, "rope_scaling.mscale_all_dim");
                check.Positive(scaling.BetaFast, "rope_scaling.beta_fast");
                check.Positive(scaling.BetaSlow, "rope_scaling.beta_slow");
                check.Require(
                    scaling.BetaFast >= scaling.BetaSlow,
                    "rope_scaling.beta_fast",
                    $"{scaling.BetaFast} is below beta_slow, {scaling.BetaSlow}."
                );
                break;
        }
    }

    private static void CheckWindow(ModelConfig config, Checker check)
    {
        check.Require(config.SlidingWindow is null or > 0, "sliding_window", $"{config.SlidingWindow} is not positive.");
        check.Require(
            config.SlidingWindow is null || config.Family.Window.HasWindow,
            "sliding_window",
            $"{config.Family.Name} has no sliding window; expected null."
        );
        if (config.LayerTypes.Count == 0)
        {
            return;
        }

        check.Require(
            config.LayerTypes.Count == config.HiddenLayers,
            "layer_types",
            $"has {config.LayerTypes.Count} entries for {config.HiddenLayers} layers."
        );
        check.Require(
            config.SlidingWindow is not null || !config.LayerTypes.Contains(LayerType.SlidingAttention),
            "layer_types",
            "asks for sliding attention, but no sliding window is in force."
        );
        check.Require(
            config.Family.Window.HasFullLayers || config.SlidingWindow is null || !config.LayerTypes.Contains(LayerType.FullAttention),
            "layer_types",
            $"asks for full attention, but {config.Family.Name}'s sliding window holds for all layers."
        );
    }

    /// <summary>
    /// Checks the number of parameters, computed without overflow. It is what <see cref="WeightNames.Shapes"/> would add up to, but for
    /// norms and biases.
    /// </summary>
    private static void CheckSize(ModelConfig config, Checker check)
    {
        Int128 hidden = config.HiddenSize;
        Int128 heads = ((Int128)config.AttentionHeads + config.KeyValueHeads) * 2 * config.HeadDimension;
        Int128 layer = hidden * (heads + (config.Family.Mlp.Projections.Count() * (Int128)config.IntermediateSize));
        Int128 embeddings = hidden * ((config.TieWordEmbeddings ? 1 : 2) * (Int128)config.VocabularySize);
        Int128 positions = config.PositionEmbeddingType == PositionEmbeddingType.Absolute ? hidden * config.MaxPositionEmbeddings : 0;
        Int128 all = (config.HiddenLayers * layer) + embeddings + positions;
        check.Require(
            all <= MostParameters,
            "hidden_size",
            $"the sizes make a model of {all} parameters; at most {MostParameters} are taken."
        );
    }

    private readonly record struct Checker(string Path)
    {
        internal void Positive(double value, string field) =>
            Require(double.IsFinite(value) && value > 0, field, $"{value} is not positive.");

        internal void AtLeast(double value, double least, string field) =>
            Require(double.IsFinite(value) && value >= least, field, $"{value} is not a number of at least {least}.");

        internal void Require(bool holds, string field, string message)
        {
            if (!holds)
            {
                throw new DataFormatException(Path, field, message);
            }
        }
    }
}
