using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using TorchSharp;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>What is in memory at one moment of an optimizer step, beside weights and optimizer state.</summary>
/// <param name="Name">The moment, for people.</param>
/// <param name="Gradients">Gradients of what trains.</param>
/// <param name="Activations">Kept for backward.</param>
/// <param name="Workspace">Temporary.</param>
/// <param name="Loss">The loss's rows, logits, and the output projection's gradient on its way.</param>
internal sealed record MemoryMoment(string Name, long Gradients, long Activations, long Workspace, long Loss)
{
    public long Total => Gradients + Activations + Workspace + Loss;
}

/// <summary>
/// The moments of a step at which memory can be largest. Between them it only rises or only falls: the backward pass frees a layer's
/// activations while it makes that layer's gradients, so its first and last layer are enough.
/// </summary>
internal static class MemoryMoments
{
    /// <summary>Temporaries of the optimizer on the CPU, a block each.</summary>
    private const long OptimizerBuffers = 5;

    public static IReadOnlyList<MemoryMoment> Of(
        ModelConfig config,
        ParameterMemory parameters,
        MemoryWorkload workload,
        MemoryPlanOptions options
    )
    {
        LayerMemory layer = new(config, workload, options);
        LossMemory loss = new(config, parameters, workload, options);
        bool hasEarlier = options.GradientAccumulationSteps > 1;
        long all = parameters.Gradients;
        long earlier = hasEarlier ? all : 0;
        bool isFull = options.LoraRank is null;
        long head = hasEarlier || !isFull ? 0 : parameters.Embedding;

        long kept = AtStart(config, workload, options, layer);
        long left = AtEnd(config, workload, options, layer);

        // A second gradient of the same matrix stands beside the first before it is added: of an earlier micro-batch, or of tied
        // embeddings.
        bool addsEmbedding = isFull && (hasEarlier || config.TieWordEmbeddings);
        return
        [
            new("the loss", earlier, kept, 0, loss.Compute),
            new("the output projection's gradient", earlier, kept, 0, loss.ProjectionGradient),
            new("backward of the last layer", earlier + head, kept, layer.LastBackward, 0),
            new("backward of the first layer", all, left, layer.Backward, 0),
            new(
                "the input embedding's gradient",
                all,
                left - layer.Held + layer.Left + layer.Input,
                addsEmbedding ? parameters.Embedding : 0,
                0
            ),
            new("the update", all, 0, Update(parameters, options), 0),
        ];
    }

    /// <summary>Most bytes of activations and a layer's workspace that are in tensors of so many bytes at most.</summary>
    public static long OfBlocks(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options, long largestBlock)
    {
        LayerMemory layer = new(config, workload, options, largestBlock);
        return Math.Max(
            AtStart(config, workload, options, layer) + layer.LastBackward,
            AtEnd(config, workload, options, layer) + layer.Backward
        );
    }

    /// <summary>
    /// Activations before backward. The norm behind the last layer keeps its input and gives the loss its output, whose gradient is as
    /// large; rotary cosines and sines are shared by all layers.
    /// </summary>
    private static long AtStart(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options, LayerMemory layer) =>
        (config.HiddenLayers * layer.Held) - layer.UnneededInLastLayer + layer.FinalNorm + Rotary(config, workload, options);

    /// <summary>Activations when backward comes to the first layer.</summary>
    private static long AtEnd(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options, LayerMemory layer) =>
        layer.Held + AtEndLeft(config, layer) + layer.FinalNorm + Rotary(config, workload, options);

    /// <summary>What all layers but the first have left by then; a model of one layer has left nothing.</summary>
    private static long AtEndLeft(ModelConfig config, LayerMemory layer) =>
        config.HiddenLayers == 1 ? 0 : ((config.HiddenLayers - 1) * layer.Left) - layer.UnneededLeft;

    private static long Rotary(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options) =>
        workload.Tokens * config.HeadDimension * options.ElementBytes * (config.SlidingRopeTheta is null ? 1 : 2);

    /// <summary>
    /// Clipping squares gradients in float64, the update makes float32 copies: of blocks on the CPU, elsewhere of the largest tensor.
    /// </summary>
    private static long Update(ParameterMemory parameters, MemoryPlanOptions options)
    {
        if (options.Device == DeviceType.CPU)
        {
            return OptimizerBuffers * Math.Min(TensorBlocks.BlockElements, parameters.LargestTrained) * sizeof(float);
        }

        bool isNarrow = options.ElementBytes < sizeof(float) && options.LoraRank is null;
        long copies =
            !isNarrow ? 1
            : options.HasMasters ? 2
            : 3;
        return (parameters.LargestTrained * Math.Max(sizeof(double), copies * sizeof(float)));
    }
}
