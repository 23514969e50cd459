using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning;

/// <summary>What a run leaves in a folder.</summary>
internal sealed class RunFiles(ICausalLanguageModel model, CodeTokenizer tokenizer, AdamW optimizer, long maxShardSize)
{
    /// <summary>Model or adapter, and tokenizer, into a folder of their own; a host's own model leaves its weights alone.</summary>
    public void WriteModel(string directory)
    {
        if (model is CausalLanguageModel { Adapter: not null } adapted)
        {
            AdapterFolder.Save(directory, adapted);
        }
        else if (model is CausalLanguageModel decoder)
        {
            StopTokens.AddTo(decoder, tokenizer);
            ModelFolder.WriteFiles(directory, ModelContent.Of(decoder), maxShardSize);
        }
        else
        {
            ShardedWeights.Write(directory, [.. model.Parameters.Select(pair => TensorSource.Of(pair.Key, pair.Value))], maxShardSize);
        }

        tokenizer.Save(directory);
    }

    /// <summary>Everything of a checkpoint but its state.</summary>
    public void WriteCheckpoint(string directory)
    {
        WriteModel(directory);
        TrainingCheckpoint.WriteOptimizer(directory, optimizer);
    }
}
