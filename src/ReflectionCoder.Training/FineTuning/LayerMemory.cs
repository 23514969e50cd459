using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// What one decoder layer keeps for backward, and what its backward holds besides, in bytes: read off <c>DecoderLayer</c>, <c>SwiGlu</c>,
/// <c>RmsNorm</c>, <c>RowAttention</c> and the attention operator (docs/memory.md spells it out).
/// </summary>
/// <remarks>N packed rows, H hidden size, I intermediate size, A width of all query heads.</remarks>
internal sealed class LayerMemory
{
    /// <summary>Most scores of a chunk, in the operator that serves bf16 and float64 on the CPU.</summary>
    private const long ChunkElements = 1 << 24;

    /// <summary>Queries that a thread handles at once in the operator that serves float32 on the CPU.</summary>
    private const long BlockQueries = 64;

    private readonly MemoryPlanOptions options;
    private readonly long hidden;
    private readonly long heads;
    private readonly long inner;
    private readonly long logSums;
    private readonly long scores;

    public LayerMemory(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options)
    {
        this.options = options;
        long bytes = options.ElementBytes;
        long width = (long)config.AttentionHeads * config.HeadDimension;
        hidden = workload.Tokens * config.HiddenSize * bytes;
        heads = workload.Tokens * width * bytes;
        inner = workload.Tokens * config.IntermediateSize * bytes;
        logSums = workload.Tokens * config.AttentionHeads * sizeof(float);
        scores = AttentionScores(config, workload, options);
    }

    /// <summary>[N, H], the layer's input: all that is kept of a layer that runs again in backward.</summary>
    public long Input => hidden;

    /// <summary>
    /// Kept by a layer: inputs of both norms (2 H), query, key and value with key-value heads expanded (3 A), the rows' log-sums, gate and up
    /// (2 I); and the inputs of the projections whose weights or adapters train: both normed states (2 H), attention's output (A), the MLP's
    /// product (I).
    /// </summary>
    public long Kept
    {
        get
        {
            long kept = (2 * hidden) + (3 * heads) + logSums + (2 * inner);
            kept += Trains("q_proj", "k_proj", "v_proj") ? hidden : 0;
            kept += Trains("o_proj") ? heads : 0;
            kept += Trains("gate_proj", "up_proj") ? hidden : 0;
            kept += Trains("down_proj") ? inner : 0;
            return kept;
        }
    }

    /// <summary>
    /// Most that backward of a layer holds beside what is kept. In the MLP: five of [N, I] (the product and silu computed again, gradients of
    /// the product, of silu or gate, and of up) while the kept product is gone, and three of [N, H]. In attention: gradients of query, key, value and
    /// output, as much again while the rotary embedding is undone, and the scores; what the MLP kept is gone by then.
    /// </summary>
    public long Backward
    {
        get
        {
            long mlp = (5 * inner) + (3 * hidden) - (Trains("down_proj") ? inner : 0);
            long attention = (8 * heads) + (2 * hidden) + scores;
            long gone = (2 * inner) + (Trains("down_proj") ? inner : 0);
            return Math.Max(mlp, attention - gone) + (options.GradientCheckpointing ? Kept : 0);
        }
    }

    /// <summary>Scores that attention's backward holds: those of a block a thread, of a chunk of all heads, or none in a fused operator.</summary>
    private static long AttentionScores(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options)
    {
        long longest = workload.LongestRow;
        if (options.Device != DeviceType.CPU)
        {
            return 0;
        }

        if (options.Dtype == ScalarType.Float32)
        {
            return 2 * BlockQueries * longest * sizeof(float) * options.Threads;
        }

        long chunk = Math.Min(longest, Math.Clamp(ChunkElements / (config.AttentionHeads * longest), 16, 128));
        return 3 * chunk * longest * config.AttentionHeads * options.ElementBytes;
    }

    private bool Trains(params ReadOnlySpan<string> projections)
    {
        foreach (string projection in projections)
        {
            if (options.LoraRank is null || options.LoraTargetModules.Contains(projection))
            {
                return true;
            }
        }

        return false;
    }
}
