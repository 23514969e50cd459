using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Pretrained;

/// <summary>What a trained model leaves in a folder.</summary>
internal static class PretrainedFiles
{
    /// <summary>
    /// Model or adapter, and tokenizer, into a folder of their own; a host's own model leaves its weights alone. Every save of what was
    /// trained comes through here, a merged model's too, so that none lacks the tokenizer or the ids that end an answer.
    /// </summary>
    internal static void Write(string directory, ICausalLanguageModel model, CodeTokenizer tokenizer, long maxShardSize)
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
}
