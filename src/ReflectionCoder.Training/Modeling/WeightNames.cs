namespace ReflectionCoder.Modeling;

/// <summary>Hugging Face's names and shapes of the decoder's weights.</summary>
internal static class WeightNames
{
    internal const string InputEmbedding = "model.embed_tokens.weight";
    internal const string PositionEmbedding = "model.embed_positions.weight";
    internal const string FinalNorm = "model.norm.weight";
    internal const string OutputWeight = "lm_head.weight";

    internal static string Layer(int index) => $"model.layers.{index}.";

    /// <summary>Every weight a checkpoint of this configuration holds, in checkpoint order; a tied output weight is left out.</summary>
    internal static IEnumerable<(string Name, long[] Shape)> Shapes(ModelConfig config)
    {
        long hidden = config.HiddenSize;
        long inner = config.IntermediateSize;
        long queries = (long)config.AttentionHeads * config.HeadDimension;
        long keys = (long)config.KeyValueHeads * config.HeadDimension;
        yield return (InputEmbedding, [config.VocabularySize, hidden]);
        if (config.PositionEmbeddingType == PositionEmbeddingType.Absolute)
        {
            yield return (PositionEmbedding, [config.MaxPositionEmbeddings, hidden]);
        }

        for (int i = 0; i < config.HiddenLayers; i++)
        {
            (string Name, long Rows, long Columns, bool Bias)[] projections =
            [
                ("self_attn.q_proj", queries, hidden, config.QueryKeyValueBias),
                ("self_attn.k_proj", keys, hidden, config.QueryKeyValueBias),
                ("self_attn.v_proj", keys, hidden, config.QueryKeyValueBias),
                ("self_attn.o_proj", hidden, queries, config.AttentionOutputBias),
                ("mlp.gate_proj", inner, hidden, config.MlpBias),
                ("mlp.up_proj", inner, hidden, config.MlpBias),
                ("mlp.down_proj", hidden, inner, config.MlpBias),
            ];
            foreach ((string name, long rows, long columns, bool bias) in projections)
            {
                yield return ($"{Layer(i)}{name}.weight", [rows, columns]);
                if (bias)
                {
                    yield return ($"{Layer(i)}{name}.bias", [rows]);
                }
            }

            if (config.HasQueryKeyNorms)
            {
                yield return (Layer(i) + "self_attn.q_norm.weight", [config.HeadDimension]);
                yield return (Layer(i) + "self_attn.k_norm.weight", [config.HeadDimension]);
            }

            yield return (Layer(i) + "input_layernorm.weight", [hidden]);
            yield return (Layer(i) + "post_attention_layernorm.weight", [hidden]);
        }

        yield return (FinalNorm, [hidden]);
        if (!config.TieWordEmbeddings)
        {
            yield return (OutputWeight, [config.VocabularySize, hidden]);
        }
    }
}
