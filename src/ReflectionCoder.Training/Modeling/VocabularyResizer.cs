using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>Adds rows for new tokens to a model's input and output embedding (<c>update_new_token</c> in the paper's code).</summary>
internal static class VocabularyResizer
{
    /// <summary>Adds rows to both embeddings, and sets the rows of each new token to the mean of the rows of its sub-tokens.</summary>
    /// <param name="model">The model. Its embeddings become new tensors (tied ones once), so make an optimizer afterwards.</param>
    /// <param name="vocabularySize">
    /// Number of rows wanted, at least the present number. New rows without sub-tokens are drawn as fresh weights are.
    /// </param>
    /// <param name="subTokenIds">Sub-token ids of each new token id. An id that is given twice counts twice.</param>
    /// <param name="seed">Seed of the drawn rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer rows are wanted than the model has, or an id has no row.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter, which fits the present number of rows.</exception>
    public static void Resize(
        CausalLanguageModel model,
        int vocabularySize,
        IReadOnlyDictionary<int, IReadOnlyList<int>> subTokenIds,
        long seed
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(subTokenIds);
        if (model.Adapter is not null)
        {
            throw new InvalidOperationException("The model has an adapter, which is made for its present rows: resize first, then add it.");
        }

        int before = model.VocabularySize;
        if (vocabularySize < before)
        {
            throw new ArgumentOutOfRangeException(
                nameof(vocabularySize),
                vocabularySize,
                $"The model has {before} rows; a vocabulary is never shrunk."
            );
        }

        foreach ((int id, IReadOnlyList<int> subTokens) in subTokenIds)
        {
            CheckIds(id, subTokens, vocabularySize);
        }

        string[] names = model.Config.TieWordEmbeddings
            ? [WeightNames.InputEmbedding]
            : [WeightNames.InputEmbedding, WeightNames.OutputWeight];
        using Generator generator = new(unchecked((ulong)seed), CPU);
        foreach (string name in names)
        {
            if (vocabularySize > before)
            {
                model.Replace(name, Grow(model.Parameters[name], vocabularySize, model.Config.InitializerRange, generator));
            }

            SetMeanRows(model.Parameters[name], subTokenIds);
        }

        model.Config = model.Config with { VocabularySize = vocabularySize };
    }

    /// <summary>Sets rows of one embedding to the mean of other rows, in place and outside autograd.</summary>
    /// <param name="weight">Embedding, [rows, H].</param>
    /// <param name="subTokenIds">
    /// Ids of the rows to average for each row id. An id that is given twice counts twice. Rows are set in this order.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An id has no row.</exception>
    public static void SetMeanRows(Tensor weight, IReadOnlyDictionary<int, IReadOnlyList<int>> subTokenIds)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(subTokenIds);
        using IDisposable noGrad = no_grad();
        foreach ((int id, IReadOnlyList<int> subTokens) in subTokenIds)
        {
            CheckIds(id, subTokens, weight.shape[0]);
            using DisposeScope scope = NewDisposeScope();
            Tensor indices = tensor(subTokens.Select(t => (long)t).ToArray(), device: weight.device);
            weight.narrow(0, id, 1).copy_(weight.index_select(0, indices).mean([0], keepdim: true));
        }
    }

    private static void CheckIds(int id, IReadOnlyList<int> subTokens, long rows)
    {
        if (id < 0 || id >= rows)
        {
            throw new ArgumentOutOfRangeException(nameof(subTokens), id, $"The embedding has no row for this token; it has {rows}.");
        }

        foreach (int subToken in subTokens)
        {
            if (subToken < 0 || subToken >= rows)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(subTokens),
                    subToken,
                    $"The embedding has no row for this sub-token of token {id}; it has {rows}."
                );
            }
        }

        if (subTokens.Count == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(subTokens), id, "This token has no sub-tokens to average.");
        }
    }

    private static Tensor Grow(Tensor weight, int rows, double range, Generator generator)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor fresh = randn([rows - weight.shape[0], weight.shape[1]], dtype: ScalarType.Float32, generator: generator).mul_(range);
        return cat([weight, fresh.to(weight.dtype, weight.device)], 0).MoveToOuterDisposeScope();
    }
}
