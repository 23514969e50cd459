using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning;

/// <summary>What a run leaves in a folder.</summary>
internal sealed class RunFiles(ICausalLanguageModel model, CodeTokenizer tokenizer, AdamW optimizer, long maxShardSize)
{
    /// <summary>
    /// Model or adapter, and tokenizer, into a folder of their own; a host's own model leaves its weights alone. Every save of what was
    /// trained comes through here, a merged model's too, so that none lacks the tokenizer or the ids that end an answer.
    /// </summary>
    public static void WriteModel(string directory, ICausalLanguageModel model, CodeTokenizer tokenizer, long maxShardSize)
    {
        if (model is CausalLanguageModel { Adapter: not null } adapted)
        {
            AdapterFolder.WriteFiles(directory, adapted);
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

    /// <summary>The run's model, or adapter, and tokenizer.</summary>
    public void WriteModel(string directory) => WriteModel(directory, model, tokenizer, maxShardSize);

    /// <summary>Everything of a checkpoint but its state.</summary>
    public void WriteCheckpoint(string directory)
    {
        WriteModel(directory);
        TrainingCheckpoint.WriteOptimizer(directory, optimizer);
    }
}
