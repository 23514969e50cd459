using ReflectionCoder.Gguf.Models;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Weights;

/// <summary>Turns weights of a checkpoint into those with which the runtime computes, and back.</summary>
/// <param name="config">The configuration.</param>
/// <param name="form">The family's form.</param>
internal sealed class RuntimeWeights(ModelConfig config, GgufForm form)
{
    /// <summary>From a checkpoint to a file.</summary>
    /// <param name="name">The weight's name in a checkpoint.</param>
    /// <param name="weight">The weight.</param>
    internal Tensor ToFile(string name, Tensor weight) =>
        GgufNames.IsReordered(name, form) ? HeadOrder.ToNeighbours(weight, config.HeadDimension)
        : IsFactorLessOne(name, weight) ? AddOne(weight)
        : weight;

    /// <summary>From a file to a checkpoint.</summary>
    /// <param name="name">The weight's name in a checkpoint.</param>
    /// <param name="weight">The weight.</param>
    internal Tensor ToCheckpoint(string name, Tensor weight) =>
        GgufNames.IsReordered(name, form) ? HeadOrder.ToHalves(weight, config.HeadDimension)
        : IsFactorLessOne(name, weight) ? weight.sub(1)
        : weight;

    /// <summary>Whether a weight is that of a norm that multiplies by 1 + weight; the runtime multiplies by what the file has.</summary>
    private bool IsFactorLessOne(string name, Tensor weight) =>
        config.Family.Norm.AddsOne && weight.dim() == 1 && name.EndsWith(".weight", StringComparison.Ordinal);

    /// <summary>Rounded once, to float32, whatever the weight's type.</summary>
    private static Tensor AddOne(Tensor weight)
    {
        using IDisposable noGrad = no_grad();
        return weight.to(ScalarType.Float64).add(1).to(ScalarType.Float32);
    }
}
