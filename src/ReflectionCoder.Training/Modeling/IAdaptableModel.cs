using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling.Adapters;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>
/// A model that can train an adapter instead of its weights, which <c>FineTuningOptions.Lora</c> asks for. While it has an adapter,
/// <see cref="ICausalLanguageModel.TrainableParameters"/> are the adapter's tensors, under the names that they are saved with.
/// </summary>
/// <remarks>
/// While there is an adapter, a checkpoint or a save holds the adapter's tensors and configuration, but not the base model. Resuming checks
/// that the base is the same by a few elements of each frozen weight.
/// </remarks>
public interface IAdaptableModel : ICausalLanguageModel
{
    /// <summary>The adapter's configuration; null where the weights themselves train.</summary>
    AdapterConfig? Adapter { get; }

    /// <summary>
    /// The folder that the weights were loaded from; null for fresh weights. A saved adapter names it as its base, and a run that trains an
    /// adapter doesn't write into it.
    /// </summary>
    string? SourceDirectory { get; }

    /// <summary>Input embedding, [V, H]. Where the embeddings are tied it is the output weight too. Owned by the model.</summary>
    /// <remarks>
    /// The check that the base is the same leaves out both embeddings, because a run changes the rows of its tokens there.
    /// </remarks>
    Tensor InputEmbedding { get; }

    /// <summary>Freezes the weights and adds an adapter, which changes nothing at first.</summary>
    /// <param name="options">Rank, scale, dropout and modules; copied.</param>
    /// <param name="trainableTokenIds">Tokens whose rows of the embeddings train; may be empty.</param>
    /// <param name="seed">Seed of the adapter's first values.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="ArgumentException">A token id has no row, or is given twice.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter already.</exception>
    void AddAdapter(LoraOptions options, IReadOnlyList<int> trainableTokenIds, long seed);

    /// <summary>
    /// Removes the adapter and lets the weights train again; they are as they were before. Does nothing where there is no adapter.
    /// </summary>
    void RemoveAdapter();

    /// <summary>Adds the adapter's updates to the weights, removes the adapter, and lets the weights train again.</summary>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    void MergeAdapter();
}
