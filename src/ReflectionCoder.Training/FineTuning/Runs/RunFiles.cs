using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Writes a run's files into a folder.</summary>
internal sealed class RunFiles(ICausalLanguageModel model, CodeTokenizer tokenizer, IOptimizer optimizer, long maxShardSize)
{
    /// <summary>The run's model, or adapter, and tokenizer.</summary>
    public void WriteModel(string directory) => PretrainedFiles.Write(directory, model, tokenizer, maxShardSize);

    /// <summary>Everything of a checkpoint but its state.</summary>
    public void WriteCheckpoint(string directory)
    {
        WriteModel(directory);
        TrainingCheckpoint.WriteOptimizer(directory, optimizer);
    }
}
