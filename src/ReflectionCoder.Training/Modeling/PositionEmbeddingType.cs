namespace ReflectionCoder.Modeling;

/// <summary>How tokens know where they stand (<c>position_embedding_type</c>).</summary>
internal enum PositionEmbeddingType
{
    /// <summary>
    /// Queries and keys are turned by their positions, so attention sees distances (arXiv 2104.09864). The field is absent, or
    /// <c>rotary</c>.
    /// </summary>
    Rotary,

    /// <summary>
    /// <c>absolute</c>: a learned vector a position, <c>model.embed_positions.weight</c> [max_position_embeddings, hidden size], is added
    /// to the token embeddings. transformers has no such Llama: for models trained and run here, to test what relative positions are worth.
    /// </summary>
    Absolute,
}

/// <summary>What a layer's attention sees (<c>layer_types</c>).</summary>
internal enum LayerType
{
    /// <summary><c>full_attention</c>: all earlier tokens.</summary>
    FullAttention,

    /// <summary>
    /// <c>sliding_attention</c>: earlier tokens whose positions are less than <see cref="ModelConfig.SlidingWindow"/> before.
    /// </summary>
    SlidingAttention,
}
