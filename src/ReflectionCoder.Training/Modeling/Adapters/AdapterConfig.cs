namespace ReflectionCoder.Modeling.Adapters;

/// <summary>What an adapter is, beside its numbers: PEFT's <c>adapter_config.json</c> says the same.</summary>
/// <param name="Options">
/// Rank, scale, dropout, modules and base. Live where a model gives it: a run that goes on with a loaded adapter sets the dropout here.
/// </param>
/// <param name="TrainableTokenIds">
/// Tokens whose rows of the embeddings the adapter holds (<c>trainable_token_indices</c>); the markers, in a run.
/// </param>
public sealed record AdapterConfig(LoraOptions Options, IReadOnlyList<int> TrainableTokenIds);
