using ReflectionCoder.Modeling;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>Bytes of weights, gradients and optimizer state, computed from the names and shapes of the weights.</summary>
internal sealed class ParameterMemory
{
    /// <summary>Markers whose rows of the embeddings train beside adapters.</summary>
    private const long TrainedRows = 7;

    public ParameterMemory(ModelConfig config, MemoryPlanOptions options)
    {
        long bytes = options.ElementBytes;
        long stateBytes = options.WideBytes;
        bool isLora = options.LoraRank is not null;
        foreach ((string name, long[] shape) in WeightNames.Shapes(config))
        {
            long count = shape.Aggregate(1L, (product, size) => product * size);
            Count += count;
            if (!isLora)
            {
                Add(count, bytes);
            }
            else if (
                shape.Length == 2
                && options.LoraTargetModules.Any(module => name.EndsWith($".{module}.weight", StringComparison.Ordinal))
            )
            {
                Add(options.LoraRank!.Value * (shape[0] + shape[1]), stateBytes);
            }
        }

        if (isLora)
        {
            Add(TrainedRows * config.HiddenSize * (config.TieWordEmbeddings ? 1 : 2), stateBytes);
        }

        Weights = (Count * bytes) + (isLora ? TrainedCount * stateBytes : 0);
        ScalarType trainedType = isLora && options.Dtype != ScalarType.Float64 ? ScalarType.Float32 : options.Dtype;
        Moments = TrainedCount * (options.Optimizer?.GetStateBytesPerElement(trainedType) ?? (2 * stateBytes));
        Masters = options.HasMasters ? TrainedCount * sizeof(float) : 0;
        Embedding = (long)config.VocabularySize * config.HiddenSize * bytes;
        WideEmbedding = (long)config.VocabularySize * config.HiddenSize * stateBytes;
    }

    /// <summary>How many parameters the model has.</summary>
    public long Count { get; }

    /// <summary>How many parameters are trained.</summary>
    public long TrainedCount { get; private set; }

    /// <summary>How many parameters the largest trained tensor has.</summary>
    public long LargestTrained { get; private set; }

    /// <summary>Weights, adapters included.</summary>
    public long Weights { get; }

    /// <summary>Gradients of all that trains.</summary>
    public long Gradients { get; private set; }

    /// <summary>The optimizer's state; AdamW's two moments.</summary>
    public long Moments { get; }

    /// <summary>float32 copies of bf16 weights.</summary>
    public long Masters { get; }

    /// <summary>A tensor of the embedding's shape in the weights' type.</summary>
    public long Embedding { get; }

    /// <summary>The same in at least float32.</summary>
    public long WideEmbedding { get; }

    private void Add(long count, long bytes)
    {
        TrainedCount += count;
        LargestTrained = Math.Max(LargestTrained, count);
        Gradients += count * bytes;
    }
}
