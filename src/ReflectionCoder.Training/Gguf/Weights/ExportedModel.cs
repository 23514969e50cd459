using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Weights;

/// <summary>A model to export, loaded or in files: its configuration, its tokenizer and its weights, which are read one by one.</summary>
internal sealed class ExportedModel : IDisposable
{
    private readonly List<IDisposable> files = [];

    private ExportedModel(ModelConfig config, CodeTokenizer tokenizer, bool withAppendedMarkers) =>
        (Config, Tokenizer, WithAppendedMarkers) = (config, tokenizer, withAppendedMarkers);

    /// <summary>The configuration, with the number of rows that the exported embeddings have.</summary>
    internal ModelConfig Config { get; }

    /// <summary>The tokenizer.</summary>
    internal CodeTokenizer Tokenizer { get; }

    /// <summary>Whether the markers that the tokenizer's files lacked belong to the model.</summary>
    internal bool WithAppendedMarkers { get; }

    /// <summary>The weights in the order of a checkpoint, with the adapter merged.</summary>
    internal IReadOnlyList<TensorSource> Weights { get; private set; } = [];

    /// <summary>Takes a loaded model. It must stay unchanged until the export is done.</summary>
    internal static ExportedModel Of(CausalLanguageModel model, CodeTokenizer tokenizer)
    {
        ExportedModel exported = new(model.Config, tokenizer, withAppendedMarkers: true);
        IReadOnlyDictionary<string, Tensor> adapter = model.TrainableParameters;
        AdapterMerge? merge = model.Adapter is { } config ? new(config, name => adapter[name].detach(), model.Config) : null;
        exported.Weights = Merged(model.Parameters.Select(pair => TensorSource.Of(pair.Key, pair.Value)), merge);
        return exported;
    }

    /// <summary>Opens a folder, and an adapter's folder if one is given. All headers are checked; no weight is read.</summary>
    internal static ExportedModel Open(string directory, string? adapter, CancellationToken cancellationToken)
    {
        foreach (string folder in ((string?[])[directory, adapter]).OfType<string>())
        {
            ModelFolder.FinishSave(folder);
        }

        ModelConfig config = ModelConfig.Load(Path.Combine(directory, "config.json"));
        bool adapterHasTokenizer = adapter is not null && PretrainedModel.HasTokenizer(adapter);
        var tokenizer = CodeTokenizer.Load(adapterHasTokenizer ? adapter! : directory);
        int tokens = tokenizer.VocabularySize - tokenizer.AppendedMarkers.Count;
        ModelConfig grown = adapter is null ? config : config with { VocabularySize = Math.Max(config.VocabularySize, tokens) };
        ExportedModel exported = new(grown, tokenizer, withAppendedMarkers: false);
        try
        {
            exported.OpenWeights(directory, adapter, config, cancellationToken);
            return exported;
        }
        catch
        {
            exported.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => files.ForEach(file => file.Dispose());

    private void OpenWeights(string directory, string? adapter, ModelConfig config, CancellationToken cancellationToken)
    {
        SafetensorsIndex index = ModelFolder.OpenWeights(directory, config, cancellationToken);
        files.Add(index);
        AdapterMerge? merge = null;
        if (adapter is not null)
        {
            (AdapterConfig adapterConfig, SafetensorsReader reader) = AdapterFolder.OpenFor(adapter, Config);
            files.Add(reader);
            CheckRows(adapter, config, adapterConfig);
            merge = new(adapterConfig, name => reader.Read(name), Config);
        }

        Weights = Merged(
            WeightNames.Shapes(Config).Select(weight => SourceOf(index, weight.Name, weight.Shape, adapter is not null)),
            merge
        );
    }

    /// <summary>Rows that the base doesn't have must all come from the adapter.</summary>
    private void CheckRows(string adapter, ModelConfig config, AdapterConfig adapterConfig)
    {
        int[] missing = [.. Enumerable.Range(config.VocabularySize, Config.VocabularySize - config.VocabularySize)];
        if (missing.Except(adapterConfig.TrainableTokenIds).ToArray() is [int first, ..])
        {
            throw new DataFormatException(
                Path.Combine(adapter, WeightFiles.AdapterConfiguration),
                "trainable_token_indices",
                $"lacks the token {first}, for which the base has no row either; it has {config.VocabularySize}."
            );
        }
    }

    private static TensorSource SourceOf(SafetensorsIndex index, string name, long[] shape, bool isMerged)
    {
        SafetensorsReader file = index.Tensors[name];
        ScalarType stored = file.Entries[name].Dtype;

        // As a loaded model: float16 on the CPU is float32, and the sum with an adapter isn't rounded to float16.
        ScalarType dtype = isMerged && stored == ScalarType.Float16 ? ScalarType.Float32 : stored;
        return new TensorSource(name, dtype, shape, () => Grow(file.Read(name, dtype: dtype), shape[0]));
    }

    private static Tensor Grow(Tensor weight, long rows)
    {
        if (weight.shape[0] == rows)
        {
            return weight;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor more = zeros([rows - weight.shape[0], .. weight.shape[1..]], dtype: weight.dtype);
        return cat([weight, more], 0).MoveToOuterDisposeScope();
    }

    private static TensorSource[] Merged(IEnumerable<TensorSource> weights, AdapterMerge? merge) =>
        [.. weights.Select(weight => merge is null ? weight : merge.Apply(weight))];
}
