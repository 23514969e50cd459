using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Pretrained;

/// <summary>Writes a trained model and its tokenizer.</summary>
internal static class PretrainedFiles
{
    /// <summary>
    /// Writes model or adapter, and tokenizer, into a temporary folder. Every save of a trained model uses this method, also that of a
    /// merged one, so that none lacks the tokenizer or the ids that end an answer.
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
