using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Where model and tokenizer come from: a checkpoint, a Hugging Face folder, or a configuration with fresh weights.</summary>
/// <param name="Directory">A folder with model and tokenizer; null for fresh weights.</param>
/// <param name="Config">Configuration for fresh weights.</param>
internal sealed record ModelSource(string? Directory, string? Config)
{
    /// <summary>Looks for a checkpoint to resume first: its tokenizer already knows the markers, its embeddings have their rows.</summary>
    public static ModelSource Find(FineTuneSettings settings)
    {
        FineTuningOptions options = settings.Training;
        string? checkpoint = options.ResumeFromCheckpoint is { } named
            ? TrainingCheckpoint.Open(named).Directory
            : options.Resume ? new CheckpointStore(options.OutputDirectory).FindLatest()?.Directory : null;
        if (checkpoint is null && settings.ModelDirectory is null && settings.InitConfig is null)
        {
            throw new CheckpointException($"{options.OutputDirectory} holds no checkpoint to resume; give --model or --init to start.");
        }

        return new ModelSource(checkpoint ?? settings.ModelDirectory, checkpoint is null ? settings.InitConfig : null);
    }

    public CodeTokenizer LoadTokenizer()
    {
        string folder = Directory ?? Path.GetDirectoryName(Path.GetFullPath(Config!))!;
        return Directory is not null || File.Exists(Path.Combine(folder, "tokenizer.json")) ? CodeTokenizer.Load(folder) : CodeTokenizer.CreateByteLevel();
    }

    public CausalLanguageModel LoadModel(CodeTokenizer tokenizer, Device device, ScalarType dtype, long seed)
    {
        if (Directory is null)
        {
            return CausalLanguageModel.Create(ModelConfig.Load(Config!), device, dtype, seed);
        }

        CausalLanguageModel model = ModelFolder.Load(Directory, device, dtype);
        try
        {
            AddMarkers(model, tokenizer, seed);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Gives each marker that the tokenizer had to add the mean of its sub-tokens' rows. A model without rows for the other tokens is left to the trainer's check.</summary>
    private static void AddMarkers(CausalLanguageModel model, CodeTokenizer tokenizer, long seed)
    {
        Dictionary<int, IReadOnlyList<int>> subTokens = tokenizer.AppendedMarkers
            .ToDictionary(marker => tokenizer.EncodeWithSpecialTokens(marker).Single(), IReadOnlyList<int> (marker) => tokenizer.EncodeText(marker));
        if (subTokens.Count > 0 && subTokens.Keys.Min() <= model.VocabularySize)
        {
            VocabularyResizer.Resize(model, Math.Max(model.VocabularySize, tokenizer.VocabularySize), subTokens, seed);
        }
    }
}
