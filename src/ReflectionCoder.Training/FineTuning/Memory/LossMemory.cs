using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using TorchSharp;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>
/// What the loss holds, in bytes: read off <c>ChunkedDistillationLoss</c>. R rows of H numbers pass a projection of V × H.
/// </summary>
internal sealed class LossMemory
{
    /// <summary>
    /// Blocks of the softmax: the divergence's terms, and where the gradient can't stand in the logits' place, student and teacher too.
    /// </summary>
    private const long Blocks = 1;
    private const long BlocksBesideLogits = 3;

    /// <summary>
    /// Whole logits that a loss without chunks holds in at least float32, beside those in the model's type: log-probabilities, terms, their
    /// gradients.
    /// </summary>
    private const long WholeCopies = 4;

    /// <summary>Reads off what is held.</summary>
    /// <param name="config">The model.</param>
    /// <param name="parameters">Its weights.</param>
    /// <param name="workload">The micro-batch.</param>
    /// <param name="options">Type, device and chunk.</param>
    public LossMemory(ModelConfig config, ParameterMemory parameters, MemoryWorkload workload, MemoryPlanOptions options)
    {
        long bytes = options.ElementBytes;
        long wideBytes = options.WideBytes;
        bool isNarrow = bytes < wideBytes;
        Rows = 3 * workload.LossRows * config.HiddenSize * bytes;
        long chunk = Math.Min(options.LossChunkRows ?? workload.LossRows, workload.LossRows) * config.VocabularySize;
        long capped = config.LogitSoftCap is null ? 0 : 1; // a cap's derivative, as large as what it is multiplied by
        long blocks = isNarrow || capped > 0 ? BlocksBesideLogits : Blocks;
        long softmax =
            options.LossChunkRows is null ? (WholeCopies + (2 * capped)) * (chunk * wideBytes)
            : options.Device == DeviceType.CPU ? (blocks + capped) * (Math.Min(chunk, ChunkedDistillationLoss.BlockElements) * wideBytes)
            : (blocks + capped) * (chunk / 2 * wideBytes);
        long logits = chunk * bytes;
        Compute = Rows + logits;
        if (options.LoraRank is not null)
        {
            Compute += softmax;
            return;
        }

        // A narrow projection's gradient is summed in float32: beside the sum stands a chunk's share, later its product with the weight.
        Compute += parameters.WideEmbedding + (isNarrow ? Math.Max(softmax + parameters.Embedding, parameters.WideEmbedding) : softmax);
        ProjectionGradient = Rows + parameters.WideEmbedding + parameters.Embedding + (isNarrow ? parameters.WideEmbedding : 0);
    }

    /// <summary>The rows, their gradient, and the product of both.</summary>
    public long Rows { get; }

    /// <summary>Most that is held while the loss is computed.</summary>
    public long Compute { get; }

    /// <summary>Held while the output projection's gradient is handed to autograd; nothing where the projection is frozen.</summary>
    public long ProjectionGradient { get; }
}
