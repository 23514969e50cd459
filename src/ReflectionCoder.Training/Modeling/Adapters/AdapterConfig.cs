namespace ReflectionCoder.Modeling.Adapters;

/// <summary>An adapter's configuration, as PEFT's <c>adapter_config.json</c> has it.</summary>
/// <param name="Options">
/// Rank, scale, dropout, modules and base. Where a model gives it, the object is the one that the model uses: a run that goes on training a
/// loaded adapter sets the dropout in it.
/// </param>
/// <param name="TrainableTokenIds">
/// Ids of the tokens whose rows of the embeddings the adapter holds (<c>trainable_token_indices</c>). A run takes the markers.
/// </param>
public sealed record AdapterConfig(LoraOptions Options, IReadOnlyList<int> TrainableTokenIds);
