using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Gguf.Models;

/// <summary>Writes a configuration as the keys of a file, and names them for whoever reads them.</summary>
internal static class GgufModelKeys
{
    internal const string Architecture = "general.architecture";
    internal const string ContextLength = "context_length";
    internal const string EmbeddingLength = "embedding_length";
    internal const string BlockCount = "block_count";
    internal const string FeedForwardLength = "feed_forward_length";
    internal const string HeadCount = "attention.head_count";
    internal const string KeyValueHeadCount = "attention.head_count_kv";
    internal const string KeyLength = "attention.key_length";
    internal const string ValueLength = "attention.value_length";
    internal const string VocabularySize = "vocab_size";
    internal const string RopeDimensions = "rope.dimension_count";
    internal const string RopeBase = "rope.freq_base";
    internal const string LogitCap = "final_logit_softcapping";
    internal const string RopeType = "rope.scaling.type";
    internal const string RopeFactor = "rope.scaling.factor";
    internal const string RopeOriginalLength = "rope.scaling.original_context_length";
    internal const string RopeAttentionFactor = "rope.scaling.attn_factor";

    /// <summary>Adds the keys of a configuration that was checked.</summary>
    internal static void Add(GgufKeys keys, ModelConfig config, GgufForm form, int contextLength)
    {
        string prefix = form.Architecture + ".";
        keys.Add(prefix + ContextLength, (uint)contextLength);
        keys.Add(prefix + EmbeddingLength, (uint)config.HiddenSize);
        keys.Add(prefix + BlockCount, (uint)config.HiddenLayers);
        keys.Add(prefix + FeedForwardLength, (uint)config.IntermediateSize);
        keys.Add(prefix + HeadCount, (uint)config.AttentionHeads);
        keys.Add(prefix + KeyValueHeadCount, (uint)config.KeyValueHeads);
        keys.Add(prefix + KeyLength, (uint)config.HeadDimension);
        keys.Add(prefix + ValueLength, (uint)config.HeadDimension);
        keys.Add(prefix + form.NormEpsilonKey, (float)config.NormEpsilon);
        keys.Add(prefix + VocabularySize, (uint)config.VocabularySize);
        keys.Add(prefix + RopeDimensions, (uint)config.HeadDimension);
        keys.Add(prefix + RopeBase, (float)config.RopeTheta);
        AddScaling(keys, prefix, config);
        if (form.ReadsWindows)
        {
            GgufWindows.Add(keys, prefix, config);
        }

        if (config.LogitSoftCap is { } cap)
        {
            keys.Add(prefix + LogitCap, (float)cap);
        }
    }

    /// <summary>What the runtime multiplies yarn's cosines and sines by where a file gives no factor of its own.</summary>
    internal static double RuntimeYarnFactor(double factor) => 1 + (0.1 * Math.Log(factor));

    /// <summary>What is missing to a model's own factor on cosines and sines.</summary>
    internal static float YarnCorrection(RopeScaling yarn) =>
        (float)(RotaryFrequencies.AttentionFactor(yarn) / RuntimeYarnFactor(yarn.Factor));

    /// <summary>Dynamic scaling changes nothing within the context, and Llama 3's is a tensor; neither has a key.</summary>
    private static void AddScaling(GgufKeys keys, string prefix, ModelConfig config)
    {
        switch (config.RopeScaling)
        {
            case { Type: Modeling.RopeType.Linear } linear:
                keys.Add(prefix + RopeType, "linear");
                keys.Add(prefix + RopeFactor, (float)linear.Factor);
                break;
            case { Type: Modeling.RopeType.Yarn } yarn:
                keys.Add(prefix + RopeType, "yarn");
                keys.Add(prefix + RopeFactor, (float)yarn.Factor);
                keys.Add(prefix + RopeOriginalLength, (uint)(yarn.OriginalMaxPositionEmbeddings ?? config.MaxPositionEmbeddings));
                float correction = YarnCorrection(yarn);
                if (correction != 1)
                {
                    keys.Add(prefix + RopeAttentionFactor, correction);
                }

                break;
        }
    }
}
