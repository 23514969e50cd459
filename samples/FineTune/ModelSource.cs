using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Where model and tokenizer come from: a checkpoint, a Hugging Face folder, or a configuration with fresh weights.</summary>
/// <param name="Directory">A folder with model and tokenizer; null for fresh weights.</param>
/// <param name="Config">Configuration for fresh weights.</param>
/// <param name="TokenizerTexts">Samples to learn a tokenizer from, for fresh weights; empty for the one beside the configuration.</param>
internal sealed record ModelSource(string? Directory, string? Config, IReadOnlyList<string> TokenizerTexts)
{
    private static readonly string[] TokenizerFileNames = ["tokenizer.json", "tokenizer.model", "vocab.json"];

    /// <summary>
    /// Looks for a checkpoint to resume first: its tokenizer already knows the markers, its embeddings have their rows. One of an adapter
    /// names its base, which is loaded as for the run's start; the fine-tuner takes the adapter from the checkpoint.
    /// </summary>
    public static ModelSource Find(FineTuneSettings settings)
    {
        FineTuningOptions options = settings.Training;
        string? checkpoint =
            options.ResumeFromCheckpoint is { } named ? TrainingCheckpoint.Open(named).Directory
            : options.Resume ? TrainingCheckpoint.FindLatest(options.OutputDirectory)?.Directory
            : null;
        if (checkpoint is null && settings.ModelDirectory is null && settings.InitConfig is null)
        {
            throw new CheckpointException($"{options.OutputDirectory} holds no checkpoint to resume; give --model or --init to start.");
        }

        if (checkpoint is not null && PretrainedModel.FindAdapter(checkpoint) is { } adapter)
        {
            string found =
                settings.ModelDirectory
                ?? adapter.Options.BaseModelNameOrPath
                ?? throw new CheckpointException($"{checkpoint} names no base model; give --model.");
            return new ModelSource(found, null, []);
        }

        return new ModelSource(
            checkpoint ?? settings.ModelDirectory,
            checkpoint is null ? settings.InitConfig : null,
            settings.TrainTokenizer ? settings.TrainFiles : []
        );
    }

    /// <exception cref="InvalidOptionsException">
    /// The merged model is to take the place of the base, without which the adapter is nothing.
    /// </exception>
    public void RequireOther(string? mergeDirectory)
    {
        if (mergeDirectory is { } merged && Directory is { } source && Path.GetRelativePath(source, merged) == ".")
        {
            throw new InvalidOptionsException(
                "FineTune",
                [new OptionError("Merge", merged, $"another folder than the base model's, {source}")]
            );
        }
    }

    public CodeTokenizer LoadTokenizer()
    {
        if (Directory is null && TokenizerTexts.Count > 0)
        {
            IEnumerable<string> texts = TokenizerTexts
                .SelectMany(SequenceReader.Read)
                .SelectMany(conversation => conversation.Messages)
                .SelectMany(message => message.Content)
                .Select(block => block.Content);
            return CodeTokenizer.TrainByteLevel(texts, ModelConfig.Load(Config!).VocabularySize);
        }

        if (Directory is not null)
        {
            ModelFolder.FinishSave(Directory);
        }

        string folder = Directory ?? Path.GetDirectoryName(Path.GetFullPath(Config!))!;
        bool hasTokenizer = Directory is not null || TokenizerFileNames.Any(name => File.Exists(Path.Combine(folder, name)));
        return hasTokenizer ? CodeTokenizer.Load(folder) : CodeTokenizer.CreateByteLevel();
    }

    /// <summary>The configuration that the loaded model will have; reads no weights.</summary>
    public ModelConfig LoadConfig(CodeTokenizer tokenizer)
    {
        ModelConfig config = ModelConfig.Load(Directory ?? Config!);
        return Directory is not null && tokenizer.AppendedMarkers.Count > 0
            ? config with
            {
                VocabularySize = Math.Max(config.VocabularySize, tokenizer.VocabularySize),
            }
            : config;
    }

    public CausalLanguageModel LoadModel(CodeTokenizer tokenizer, Device device, ScalarType dtype, long seed, CancellationToken stop)
    {
        if (Directory is null)
        {
            // What is saved must stop where this tokenizer stops.
            ModelConfig config = ModelConfig.Load(Config!) with
            {
                BosTokenId = tokenizer.HasBosToken ? tokenizer.BosTokenId : null,
                EosTokenIds = [tokenizer.EosTokenId],
                PadTokenId = tokenizer.HasPadToken ? tokenizer.PadTokenId : null,
            };
            return CausalLanguageModel.Create(config, device, dtype, seed);
        }

        using LoadingLine line = new();
        CausalLanguageModel model = ModelFolder.Load(Directory, device, dtype, line, cancellationToken: stop);
        try
        {
            PretrainedModel.AddMarkers(model, tokenizer, seed);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
