using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling.Adapters;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>
/// A model that can train an adapter beside frozen weights, which <c>FineTuningOptions.Lora</c> asks for. While it has one,
/// <see cref="ICausalLanguageModel.TrainableParameters"/> are the adapter's tensors, under the names they are saved with.
/// </summary>
/// <remarks>
/// A checkpoint or a save then holds those tensors and the adapter's configuration, not the base: resuming tells one base from another by
/// a few numbers of each frozen weight.
/// </remarks>
public interface IAdaptableModel : ICausalLanguageModel
{
    /// <summary>What the adapter is; null where the weights themselves train.</summary>
    AdapterConfig? Adapter { get; }

    /// <summary>
    /// The folder that the weights came from; null for fresh ones. A saved adapter names it as its base, and a run that trains one doesn't
    /// write over it.
    /// </summary>
    string? SourceDirectory { get; }

    /// <summary>Input embedding, [V, H]; the output weight where they are tied. Owned by the model.</summary>
    /// <remarks>Both embeddings are left out of what tells a base from another: a run writes its tokens' rows there.</remarks>
    Tensor InputEmbedding { get; }

    /// <summary>Freezes the weights and puts an adapter beside them that changes nothing yet.</summary>
    /// <param name="options">Rank, scale, dropout and modules; copied.</param>
    /// <param name="trainableTokenIds">Tokens whose rows of the embeddings train; may be empty.</param>
    /// <param name="seed">Decides what is drawn.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="ArgumentException">A token id has no row, or stands there twice.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter already.</exception>
    void AddAdapter(LoraOptions options, IReadOnlyList<int> trainableTokenIds, long seed);

    /// <summary>Takes the adapter away and lets the weights train again, as they were; nothing happens where there is none.</summary>
    void RemoveAdapter();

    /// <summary>Adds the adapter's updates to the weights, removes it, and lets the weights train again.</summary>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    void MergeAdapter();
}
