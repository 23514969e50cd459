using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Attention;

/// <summary>All keys and values of a layer, as <see cref="KeyValueCache.Append"/> gives them.</summary>
/// <param name="Keys">Keys with their positions applied, [R, K, S, D]; a row's are the first of its length.</param>
/// <param name="Values">Values, [R, K, S, D].</param>
/// <param name="Lengths">Tokens of each row, those just added included.</param>
/// <param name="Mask">
/// True where a row has a token, [R, 1, 1, S], where every row was given one token and their lengths differ; else null. Owned by the cache.
/// </param>
public readonly record struct CachedRows(Tensor Keys, Tensor Values, IReadOnlyList<int> Lengths, Tensor? Mask);
