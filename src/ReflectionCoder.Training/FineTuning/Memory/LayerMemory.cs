using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Modeling.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>
/// What one decoder layer keeps for backward, and what its backward holds besides, in bytes: read off <c>DecoderLayer</c>,
/// <c>GatedUnit</c>, <c>RmsNorm</c>, <c>RowAttention</c> and the attention operator (docs/memory.md spells it out).
/// </summary>
/// <remarks>N packed rows, H hidden size, I intermediate size, A width of all query heads.</remarks>
internal sealed class LayerMemory
{
    /// <summary>Most scores of a chunk, in the operator that serves bf16 and float64 on the CPU.</summary>
    private const long ChunkElements = 1 << 24;

    /// <summary>Queries that a thread handles at once in the operator that serves float32 on the CPU.</summary>
    private const long BlockQueries = 64;

    private readonly MemoryPlanOptions options;
    private readonly Mlp mlp;
    private readonly Norm norm;
    private readonly int norms;
    private readonly long headNorms;
    private readonly long largestBlock;
    private readonly long hidden;
    private readonly long heads;
    private readonly long inner;
    private readonly long logSums;
    private readonly long scores;
    private readonly double unneeded;

    /// <summary>Reads off what is held.</summary>
    /// <param name="config">The model.</param>
    /// <param name="workload">The micro-batch.</param>
    /// <param name="options">Type, device, what is kept.</param>
    /// <param name="largestBlock">Tensors of more bytes don't count.</param>
    public LayerMemory(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options, long largestBlock = long.MaxValue)
    {
        this.options = options;
        mlp = config.Family.Mlp;
        norm = config.Family.Norm;
        norms = config.Family.LayerNorms.Names.Count;
        this.largestBlock = largestBlock;
        long bytes = options.ElementBytes;
        long width = (long)config.AttentionHeads * config.HeadDimension;
        hidden = Block(workload.Tokens * config.HiddenSize * bytes);
        heads = Block(workload.Tokens * width * bytes);
        long keys = Block(workload.Tokens * config.KeyValueHeads * config.HeadDimension * bytes);
        headNorms = config.Family.HasQueryKeyNorms ? heads + keys : 0;
        inner = Block(workload.Tokens * config.IntermediateSize * bytes);
        logSums = workload.Tokens * config.AttentionHeads * sizeof(float);
        scores = AttentionScores(config, workload, options);
        unneeded = Math.Max(0, 1 - ((double)workload.LossRows / workload.Tokens));
    }

    /// <summary>
    /// What the last layer keeps less than the others, as it computes behind attention only the rows that the loss needs: of the MLP's
    /// norm and of the MLP.
    /// </summary>
    public long UnneededInLastLayer => options.GradientCheckpointing ? 0 : (long)(unneeded * MlpKept);

    /// <summary>What the last layer leaves less than the others: of the MLP's norm and of its gated unit.</summary>
    public long UnneededLeft => options.GradientCheckpointing ? 0 : (long)(unneeded * 2 * MlpLeft);

    /// <summary>Input and output of the norm behind the last layer, of the rows that the loss needs.</summary>
    public long FinalNorm => (long)((1 - unneeded) * 2 * hidden);

    /// <summary>[N, H], the layer's input: all that is kept of a layer that runs again in backward.</summary>
    public long Input => hidden;

    /// <summary>
    /// Kept by a layer: inputs of both norms (2 H), query, key and value with key-value heads expanded (3 A), the rows' log-sums, gate and
    /// up (2 I); queries and keys in front of their norms, where there are any; and the inputs of the projections whose weights or adapters
    /// train: both normed states (2 H), attention's output (A), the MLP's product (I).
    /// </summary>
    public long Kept
    {
        get
        {
            long kept = ((norms - 1) * hidden) + headNorms + (3 * heads) + logSums + MlpKept;
            kept += Trains("q_proj", "k_proj", "v_proj") ? hidden : 0;
            kept += Trains("o_proj") ? heads : 0;
            return kept;
        }
    }

    /// <summary>Kept from forward to backward: all, or the input of a layer that runs again.</summary>
    public long Held => options.GradientCheckpointing ? Input : Kept;

    /// <summary>
    /// What a layer leaves until backward of the whole model is done: functions with a backward of their own keep what they saved as long
    /// as the graph lives, and the gradients they return as long as the scope around backward. Norms and gated units may do (torch's own
    /// operators don't), or the layer that runs again.
    /// </summary>
    public long Left =>
        options.GradientCheckpointing ? 2 * Input : 2 * ((norm.LeavesInput ? ((norms - 1) * hidden) + headNorms : 0) + MlpLeft);

    /// <summary>Whether all that a layer keeps is freed as backward goes.</summary>
    public bool LeavesNothing => !options.GradientCheckpointing && !norm.LeavesInput && !mlp.LeavesInputs;

    /// <summary>
    /// Most that backward of a layer holds beside what is kept. In the MLP: five of [N, I] (the product and silu computed again, gradients
    /// of the product, of silu or gate, and of up) while the kept product is gone, and three of [N, H]. In attention: gradients of query,
    /// key, value and output, as much again while the rotary embedding is undone, and the scores; of the MLP the product is gone, while
    /// gradients of gate and up stay.
    /// </summary>
    public long Backward => BackwardOf(1);

    /// <summary>The same of the last layer, whose MLP has fewer rows.</summary>
    public long LastBackward => BackwardOf(1 - unneeded);

    /// <summary>
    /// Scores that attention's backward holds: those of a block a thread, of a chunk of all heads, or none in a fused operator.
    /// </summary>
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

    /// <summary>What the norm in front of the MLP and what combines its projections leave, without the gradients.</summary>
    private long MlpLeft => (norm.LeavesInput ? hidden : 0) + (mlp.LeavesInputs ? mlp.Inputs.Count * inner : 0);

    /// <summary>What both save, and the inputs of the MLP's projections that train.</summary>
    private long MlpKept => hidden + (mlp.Inputs.Count * inner) + (Trains(mlp.Inputs) ? hidden : 0) + (Trains(mlp.Output) ? inner : 0);

    private long BackwardOf(double mlpShare)
    {
        double rowsInner = mlpShare * inner;
        double gone = Trains(mlp.Output) ? rowsInner : 0;
        double feeding = (mlp.BackwardWidths * rowsInner) + (3 * mlpShare * hidden);
        double attention = (8 * heads) + (3 * hidden) + scores + (mlp.Inputs.Count * rowsInner);
        return (long)(Math.Max(feeding, attention) - gone) + (options.GradientCheckpointing ? Kept : 0);
    }

    private long Block(long bytes) => bytes <= largestBlock ? bytes : 0;

    private bool Trains(params IEnumerable<string> projections) =>
        options.LoraRank is null || projections.Any(options.LoraTargetModules.Contains);
}
