using ReflectionCoder.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Adapters;

/// <summary>
/// A LoRA adapter, which trains while the weights are frozen. Each adapted projection W [out, in] has two matrices A [r, in] and B [out,
/// r], and is used as W + scaling · B·A. For some tokens the adapter also holds the rows of the embeddings, which are used instead of the
/// model's rows.
/// </summary>
/// <remarks>
/// It belongs to its model (<see cref="CausalLanguageModel.AddAdapter"/>), which disposes it. Its tensors are float32 whatever the type of
/// the weights, but float64 for a float64 model.
/// </remarks>
internal sealed class LoraAdapter
{
    private readonly OrderedDictionary<string, Tensor> parameters = [];
    private readonly Dictionary<string, LoraPair> pairs = [];
    private readonly Tensor? ids;
    private readonly Tensor? slots;

    /// <summary>Creates an adapter that changes nothing at first: B is 0, and the rows are copies of the model's.</summary>
    internal LoraAdapter(CausalLanguageModel model, LoraOptions options, IReadOnlyList<int> trainableTokenIds, long seed)
    {
        string[] modules = [.. model.Config.Family.Projections.Where(options.TargetModules.Contains)];
        Config = new AdapterConfig(options with { TargetModules = modules }, [.. trainableTokenIds]);
        Device device = model.Device;
        ScalarType dtype = model.Dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(unchecked((ulong)seed), CPU);
        foreach ((string module, long rows, long columns) in AdapterNames.Modules(model.Config, Options))
        {
            // As in PEFT, whose kaiming_uniform(a = √5) is uniform between -1/√in and 1/√in.
            double bound = 1 / Math.Sqrt(columns);
            Tensor a = rand([options.Rank, columns], dtype: ScalarType.Float32, generator: generator).mul_(2 * bound).sub_(bound);
            pairs.Add(
                module,
                new LoraPair(
                    pairs.Count,
                    Add(AdapterNames.A(module), a.to(dtype, device)),
                    Add(AdapterNames.B(module), zeros([rows, options.Rank], dtype: dtype, device: device))
                )
            );
        }

        if (TrainableTokenIds.Count > 0)
        {
            ids = tensor(TrainableTokenIds.Select(id => (long)id).ToArray(), device: device).DetachFromDisposeScope();
            slots = full([model.VocabularySize], -1, dtype: ScalarType.Int64, device: device)
                .index_copy_(0, ids, arange(TrainableTokenIds.Count, dtype: ScalarType.Int64, device: device))
                .DetachFromDisposeScope();
            InputRows = Add(AdapterNames.InputRows, model.InputEmbedding.detach().index_select(0, ids).to(dtype));
            OutputRows = model.Config.TieWordEmbeddings
                ? InputRows
                : Add(AdapterNames.OutputRows, model.OutputWeight.detach().index_select(0, ids).to(dtype));
        }
    }

    /// <summary>The adapter's configuration. Only the dropout in it may change.</summary>
    internal AdapterConfig Config { get; }

    /// <summary>Rank, scale, dropout and modules.</summary>
    internal LoraOptions Options => Config.Options;

    /// <summary>Ids of the tokens whose rows of the embeddings train.</summary>
    internal IReadOnlyList<int> TrainableTokenIds => Config.TrainableTokenIds;

    /// <summary>
    /// All trainable tensors under PEFT's names, in the order of the layers. Rows of tied embeddings appear once. Owned by the model.
    /// </summary>
    internal IReadOnlyDictionary<string, Tensor> Parameters => parameters;

    /// <summary>Trainable rows of the input embedding, [tokens, H]; null where no rows train.</summary>
    internal Tensor? InputRows { get; }

    /// <summary>
    /// Trainable rows of the output projection, [tokens, H]; the same tensor where the embeddings are tied, null where no rows train.
    /// </summary>
    internal Tensor? OutputRows { get; }

    /// <summary>Adds a projection's update to its output, in place.</summary>
    /// <param name="module">Full name of the projection, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
    /// <param name="x">Its input, [N, in].</param>
    /// <param name="y">Its output, [N, out].</param>
    /// <param name="dropoutSeed">Seed of the dropout in this pass; null for no dropout.</param>
    internal Tensor Apply(string module, Tensor x, Tensor y, long? dropoutSeed)
    {
        if (!pairs.TryGetValue(module, out LoraPair? pair))
        {
            return y;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor update =
            dropoutSeed is { } seed && Options.Dropout > 0
                ? LoraUpdate.WithDropout(x, pair, Options, DropoutSeed.Of(seed, pair.Index))
                : LoraUpdate.Compute(x, pair.A, pair.B, Options.Scaling);
        y.add_(update);
        return y;
    }

    /// <summary>Replaces the hidden states of the tokens whose rows train by those rows.</summary>
    /// <param name="tokenIds">Token ids, [N].</param>
    /// <param name="hidden_NH">The hidden states as the frozen embedding gives them, [N, H].</param>
    internal Tensor ReplaceRows(Tensor tokenIds, Tensor hidden_NH)
    {
        if (InputRows is null)
        {
            return hidden_NH;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor slots_N = slots!.index_select(0, tokenIds);
        Tensor rows_NH = InputRows.index_select(0, slots_N.clamp(min: 0)).to(hidden_NH.dtype);
        return where(slots_N.ge(0).unsqueeze(-1), rows_NH, hidden_NH).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Writes the trained rows into the output projection, so that a loss or a generator can use the matrix itself and needs no copy of
    /// [V, H]. Rows that have not changed are not written: autograd refuses a backward pass over a matrix that was written meanwhile.
    /// </summary>
    internal void WriteOutputRows(Tensor weight_VH)
    {
        if (OutputRows is null)
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = OutputRows.to(weight_VH.dtype);
        if (!weight_VH.index_select(0, ids!).eq(rows).all().item<bool>())
        {
            weight_VH.index_copy_(0, ids!, rows);
        }
    }

    /// <summary>Adds each update to its weight, W + scaling · B·A, computed in at least float32, and writes the trained rows.</summary>
    internal void MergeInto(IReadOnlyDictionary<string, Tensor> weights, Tensor inputEmbedding, Tensor outputWeight)
    {
        using IDisposable noGrad = no_grad();
        foreach ((string module, LoraPair pair) in pairs)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor weight = weights[module + ".weight"];
            weight.copy_(weight.to(pair.B.dtype).add(pair.B.mm(pair.A).mul_(Options.Scaling)));
        }

        if (InputRows is not null)
        {
            using DisposeScope scope = NewDisposeScope();
            inputEmbedding.index_copy_(0, ids!, InputRows.to(inputEmbedding.dtype));
            outputWeight.index_copy_(0, ids!, OutputRows!.to(outputWeight.dtype));
        }
    }

    internal void Dispose()
    {
        foreach (Tensor parameter in parameters.Values)
        {
            parameter.Dispose();
        }

        ids?.Dispose();
        slots?.Dispose();
    }

    private Tensor Add(string name, Tensor parameter)
    {
        // Copied, because the rows must not share memory with the model.
        Tensor leaf = parameter.clone().DetachFromDisposeScope().requires_grad_(true);
        parameters.Add(name, leaf);
        return leaf;
    }
}
