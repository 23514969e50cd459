using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class LoraUpdateTests
{
    private const double Scaling = 1.5;

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Backward_IsTheClosedForm(double dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor x = randn([5, 8], dtype: ScalarType.Float64, generator: generator).requires_grad_(true);
        Tensor a = randn([2, 8], dtype: ScalarType.Float64, generator: generator).requires_grad_(true);
        Tensor b = randn([6, 2], dtype: ScalarType.Float64, generator: generator).requires_grad_(true);
        Tensor gradient = randn([5, 6], dtype: ScalarType.Float64, generator: generator);
        LoraOptions options = new()
        {
            Rank = 2,
            Alpha = 3,
            Dropout = dropout,
        };
        Tensor y = dropout > 0 ? LoraUpdate.WithDropout(x, new LoraPair(0, a, b), options, seed: 17) : LoraUpdate.Compute(x, a, b, Scaling);
        y.backward([gradient]);

        using IDisposable noGrad = no_grad();
        using var again = new Generator(17, CPU);
        Tensor mask = ones_like(x).bernoulli_(1 - dropout, again).div(1 - dropout);
        Tensor dropped = x.mul(mask);
        Close(dropped.mm(a.transpose(0, 1)).mm(b.transpose(0, 1)).mul(Scaling), y);
        Close(gradient.mm(b).transpose(0, 1).mm(dropped).mul(Scaling), a.grad!);
        Close(gradient.transpose(0, 1).mm(dropped.mm(a.transpose(0, 1))).mul(Scaling), b.grad!);
        Close(gradient.mm(b).mm(a).mul(Scaling).mul(mask), x.grad!);
        Assert.Equal(dropout > 0, TinyModels.Numbers(mask).Contains(0));
    }

    [Fact]
    public void DropoutSeed_DistinguishesEveryPlace()
    {
        HashSet<ulong> seeds = [];
        for (int step = 0; step < 20; step++)
        {
            for (int microBatch = 0; microBatch < 20; microBatch++)
            {
                for (int module = 0; module < 14; module++)
                {
                    Assert.True(seeds.Add(DropoutSeed.Of(unchecked((long)DropoutSeed.Of(3407, step, microBatch)), module)));
                }
            }
        }

        Assert.Equal(DropoutSeed.Of(1, 2, 3), DropoutSeed.Of(1, 2, 3));
        Assert.NotEqual(DropoutSeed.Of(1, 2), DropoutSeed.Of(2, 1));
    }

    private static void Close(Tensor expected, Tensor found) => Assert.True(TinyModels.Distance(expected, found) < 1e-12);
}
