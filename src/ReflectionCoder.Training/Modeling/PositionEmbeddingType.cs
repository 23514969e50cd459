namespace ReflectionCoder.Modeling;

/// <summary>How the position of a token enters the computation (<c>position_embedding_type</c>).</summary>
internal enum PositionEmbeddingType
{
    /// <summary>
    /// Queries and keys are rotated by angles that follow their positions, so attention depends on distances (arXiv 2104.09864). The field
    /// is absent, or <c>rotary</c>.
    /// </summary>
    Rotary,

    /// <summary>
    /// <c>absolute</c>: a learned vector for each position, <c>model.embed_positions.weight</c> [max_position_embeddings, hidden size], is
    /// added to the token embeddings. transformers has no such Llama. It is for models that are trained and run here, to measure what
    /// relative positions are worth.
    /// </summary>
    Absolute,
}

/// <summary>Which tokens a layer's attention sees (<c>layer_types</c>).</summary>
internal enum LayerType
{
    /// <summary><c>full_attention</c>: all earlier tokens.</summary>
    FullAttention,

    /// <summary>
    /// <c>sliding_attention</c>: earlier tokens whose position ids are less than <see cref="ModelConfig.SlidingWindow"/> behind.
    /// </summary>
    SlidingAttention,
}
