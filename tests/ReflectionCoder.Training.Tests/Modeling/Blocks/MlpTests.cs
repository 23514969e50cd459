using ReflectionCoder.Modeling.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling.Blocks;

/// <summary>What combines the outputs of an MLP's projections, and its backward, against the formula and autograd's.</summary>
public sealed class MlpTests
{
    [Theory]
    [InlineData("SwiGlu")]
    [InlineData("GeGlu")]
    [InlineData("Gelu")]
    public void Combine_ForwardAndBackward_AreThoseOfTheFormula(string name)
    {
        (Mlp mlp, Func<Tensor, Tensor> activation) = name switch
        {
            "SwiGlu" => (Mlp.SwiGlu, (Func<Tensor, Tensor>)(x => x * x.sigmoid())),
            "GeGlu" => (Mlp.GeGlu, Gelu),
            _ => (Mlp.Gelu, Gelu),
        };
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        Tensor[] inputs =
        [
            .. mlp.Inputs.Select(_ => randn([6, 10], dtype: ScalarType.Float64, generator: generator).mul(2).requires_grad_()),
        ];
        Tensor direction = randn([6, 10], dtype: ScalarType.Float64, generator: generator);
        Tensor plain = inputs.Skip(1).Aggregate(activation(inputs[0]), (product, other) => product * other);
        List<double[]> expected = Gradients(plain);
        Tensor combined = mlp.Combine(inputs);
        List<double[]> gradients = Gradients(combined);
        Assert.True(TinyModels.Distance(plain, combined) < 1e-14);
        Assert.All(expected.Zip(gradients), pair => Assert.True(TinyModels.Distance(pair.First, pair.Second) < 1e-13));

        using IDisposable noGrad = no_grad();
        Assert.Equal(TinyModels.Numbers(combined), TinyModels.Numbers(mlp.Combine(inputs)));

        List<double[]> Gradients(Tensor output)
        {
            foreach (Tensor input in inputs)
            {
                input.grad = null;
            }

            (output * direction).sum().backward();
            return [.. inputs.Select(input => TinyModels.Numbers(input.grad!))];
        }
    }

    /// <summary>The approximation by tanh, written out.</summary>
    private static Tensor Gelu(Tensor x) => x * 0.5 * (((x + (x.pow(3) * 0.044715)) * Math.Sqrt(2 / Math.PI)).tanh() + 1);
}
