using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Pretrained;

/// <summary>What a trained model leaves in a folder.</summary>
internal static class PretrainedFiles
{
    /// <summary>
    /// Model or adapter, and tokenizer, into a folder of their own. Every save of what was trained comes through here, a merged model's
    /// too, so that none lacks the tokenizer or the ids that end an answer.
    /// </summary>
    internal static void Write(string directory, ICausalLanguageModel model, CodeTokenizer tokenizer, long maxShardSize)
    {
        if (model is IAdaptableModel { Adapter: { } adapter } adapted)
        {
            AdapterFolder.WriteFiles(directory, adapted, adapter);
        }
        else
        {
            GenerationConfig? generation = model.GenerationConfig is { } own ? StopTokens.AddTo(own, tokenizer) : null;
            ModelFolder.WriteFiles(directory, ModelContent.Of(model) with { Generation = generation }, maxShardSize);
        }

        tokenizer.Save(directory);
    }
}
