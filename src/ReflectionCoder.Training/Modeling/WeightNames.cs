using ReflectionCoder.Modeling.Blocks;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Modeling;

/// <summary>Names and shapes of the decoder's weights, as Hugging Face has them.</summary>
internal static class WeightNames
{
    internal const string InputEmbedding = "model.embed_tokens.weight";
    internal const string PositionEmbedding = "model.embed_positions.weight";
    internal const string FinalNorm = "model.norm";
    internal const string OutputWeight = "lm_head.weight";

    internal const string Attention = "self_attn.";
    internal const string QueryNorm = Attention + "q_norm";
    internal const string KeyNorm = Attention + "k_norm";
    internal const string MlpPart = "mlp.";

    internal static string Layer(int index) => $"model.layers.{index}.";

    /// <summary>Every weight of a model with this configuration, in the order of a checkpoint. A tied output weight is left out.</summary>
    internal static IEnumerable<(string Name, long[] Shape)> Shapes(ModelConfig config)
    {
        ModelFamily family = config.Family;
        long hidden = config.HiddenSize;
        yield return (InputEmbedding, [config.VocabularySize, hidden]);
        if (config.PositionEmbeddingType == PositionEmbeddingType.Absolute)
        {
            yield return (PositionEmbedding, [config.MaxPositionEmbeddings, hidden]);
        }

        for (int i = 0; i < config.HiddenLayers; i++)
        {
            foreach ((string name, long rows, long columns, bool bias) in Projections(config))
            {
                yield return ($"{Layer(i)}{name}.weight", [rows, columns]);
                if (bias)
                {
                    yield return ($"{Layer(i)}{name}.bias", [rows]);
                }
            }

            IEnumerable<(string Name, long Width)> headNorms = family.HasQueryKeyNorms
                ? [(QueryNorm, config.HeadDimension), (KeyNorm, config.HeadDimension)]
                : [];
            foreach ((string name, long width) in headNorms.Concat(family.LayerNorms.Names.Select(name => (name, hidden))))
            {
                foreach ((string Name, long[] Shape) tensor in family.Norm.Shapes(Layer(i) + name, width))
                {
                    yield return tensor;
                }
            }
        }

        foreach ((string Name, long[] Shape) tensor in family.Norm.Shapes(FinalNorm, hidden))
        {
            yield return tensor;
        }

        if (!config.TieWordEmbeddings)
        {
            yield return (OutputWeight, [config.VocabularySize, hidden]);
        }
    }

    /// <summary>A layer's projections, in the order of a checkpoint.</summary>
    private static IEnumerable<(string Name, long Rows, long Columns, bool Bias)> Projections(ModelConfig config)
    {
        long hidden = config.HiddenSize;
        long inner = config.IntermediateSize;
        long queries = (long)config.AttentionHeads * config.HeadDimension;
        long keys = (long)config.KeyValueHeads * config.HeadDimension;
        Mlp mlp = config.Family.Mlp;
        return
        [
            (Attention + "q_proj", queries, hidden, config.QueryKeyValueBias),
            (Attention + "k_proj", keys, hidden, config.QueryKeyValueBias),
            (Attention + "v_proj", keys, hidden, config.QueryKeyValueBias),
            (Attention + "o_proj", hidden, queries, config.AttentionOutputBias),
            .. mlp.Inputs.Select(name => (MlpPart + name, inner, hidden, config.MlpBias)),
            (MlpPart + mlp.Output, hidden, inner, config.MlpBias),
        ];
    }
}
