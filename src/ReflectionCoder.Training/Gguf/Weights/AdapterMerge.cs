using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Weights;

/// <summary>
/// Merges an adapter into weights, one by one as they are read. The results are those of <see cref="IAdaptableModel.MergeAdapter"/>, to the
/// bit.
/// </summary>
/// <param name="config">The adapter's configuration.</param>
/// <param name="read">Gives a tensor of the adapter by its name; the merge disposes nothing but what it makes.</param>
/// <param name="baseConfig">The base's configuration, with as many rows as the adapter was made for.</param>
internal sealed class AdapterMerge(AdapterConfig config, Func<string, Tensor> read, ModelConfig baseConfig)
{
    private const string WeightSuffix = ".weight";

    private readonly HashSet<string> modules = [.. AdapterNames.Modules(baseConfig, config.Options).Select(module => module.Module)];

    /// <summary>The weight with what the adapter adds to it.</summary>
    internal TensorSource Apply(TensorSource weight)
    {
        bool isInput = weight.Name == WeightNames.InputEmbedding;
        if (isInput || weight.Name == WeightNames.OutputWeight)
        {
            bool isShared = isInput || baseConfig.TieWordEmbeddings;
            string rows = isShared ? AdapterNames.InputRows : AdapterNames.OutputRows;
            return config.TrainableTokenIds.Count == 0 ? weight : weight with { Open = () => ReplaceRows(weight.Open(), read(rows)) };
        }

        string module = weight.Name.EndsWith(WeightSuffix, StringComparison.Ordinal) ? weight.Name[..^WeightSuffix.Length] : "";
        return modules.Contains(module) ? weight with { Open = () => Update(weight.Open(), module) } : weight;
    }

    private Tensor Update(Tensor weight, string module)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ScalarType wide = weight.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor a = read(AdapterNames.A(module)).to(wide, weight.device);
        Tensor b = read(AdapterNames.B(module)).to(wide, weight.device);
        return weight.to(wide).add(b.mm(a).mul_(config.Options.Scaling)).to(weight.dtype).MoveToOuterDisposeScope();
    }

    private Tensor ReplaceRows(Tensor weight, Tensor rows)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tensor(config.TrainableTokenIds.Select(id => (long)id).ToArray(), device: weight.device);
        return weight.detach().index_copy(0, ids, rows.detach().to(weight.dtype, weight.device)).MoveToOuterDisposeScope();
    }
}
