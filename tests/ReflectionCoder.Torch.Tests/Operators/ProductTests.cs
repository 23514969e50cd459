using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ReflectionCoder.Tests.Operators;

/// <summary>Float32 products large enough for a slice a thread (native/products.cpp), against float64, which libtorch computes.</summary>
public class ProductTests
{
    public ProductTests() => set_num_threads(2);

    [Theory]
    [InlineData(300, 128, 130)] // slices of rows
    [InlineData(130, 128, 300)] // of columns
    [InlineData(40, 6000, 41)] // of the sum
    public void AddmmInPlace_LargeFloats_EqualFloat64(long rows, long inner, long columns)
    {
        using var scope = NewDisposeScope();
        Tensor a = randn(rows, inner), b = randn(inner, columns), start = randn(rows, columns);
        Tensor aT = randn(inner, rows).t(), bT = randn(columns, inner).t();
        foreach (var (left, right) in new[] { (a, b), (aT, b), (a, bT), (aT, bT) })
        {
            Close(start.to(ScalarType.Float64).add(Exact(left, right)), start.clone().addmm_(left, right));
            Close(Exact(left, right), full([rows, columns], float.NaN).addmm_(left, right, beta: 0));
            var wide = zeros(rows, columns + 5);
            wide.narrow(1, 2, columns).addmm_(left, right);
            Close(Exact(left, right), wide.narrow(1, 2, columns));
            Assert.Equal(0, wide.narrow(1, 0, 2).abs().sum().item<float>());
        }
    }

    [Fact]
    public void AddmmInPlace_WrongShapes_Throw()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => zeros(300, 131).addmm_(randn(300, 128), randn(128, 130)));
    }

    [Fact]
    public void AddmmInPlace_OfATensorThatBackwardNeeds_IsNoticed()
    {
        using var scope = NewDisposeScope();
        Tensor x = randn([300, 130], requires_grad: true), kept = randn(300, 130);
        var y = x.mul(kept).sum();
        using (no_grad()) kept.addmm_(randn(300, 128), randn(128, 130));
        Assert.ThrowsAny<Exception>(() => y.backward());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Linear_LargeFloats_EqualFloat64ForwardAndBackward(bool bias)
    {
        using var scope = NewDisposeScope();
        Tensor x = randn([300, 128], requires_grad: true), w = randn([130, 128], requires_grad: true), gradient = randn(300, 130);
        var b = bias ? randn([130], requires_grad: true) : null;
        var y = F.linear(x, w, b);
        y.backward([gradient]);
        var exact = Exact(x.detach(), w.detach().t());
        Close(b is null ? exact : exact.add(b.detach()), y);
        Close(Exact(gradient, w.detach()), x.grad!);
        Close(Exact(gradient.t(), x.detach()), w.grad!);
        if (b is not null) Close(gradient.to(ScalarType.Float64).sum(dim: 0), b.grad!);
    }

    [Fact]
    public void Linear_FrozenWeights_GetNoGradient()
    {
        using var scope = NewDisposeScope();
        Tensor x = randn([300, 128], requires_grad: true), w = randn(130, 128);
        F.linear(x, w).sum().backward();
        Assert.Null(w.grad);
        Close(Exact(ones(300, 130), w), x.grad!);
    }

    [Fact]
    public void LogSoftmax_WideRows_EqualFloat64()
    {
        using var scope = NewDisposeScope();
        var x = randn(5, 40000).mul(20);
        Close(x.to(ScalarType.Float64).log_softmax(-1), x.log_softmax(-1));
        Close(x.narrow(1, 3, 9999).to(ScalarType.Float64).log_softmax(-1), x.narrow(1, 3, 9999).log_softmax(1));
    }

    [Fact]
    public void LogSoftmax_Infinities_AreLibtorchs()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 0f, float.NegativeInfinity, 1f, 2f, float.NaN, 3f, 1f, float.PositiveInfinity, 2f }).view(3, 3);
        var y = x.log_softmax(-1);
        Assert.Equal(float.NegativeInfinity, y[0, 1].item<float>());
        Close(x[0].to(ScalarType.Float64).log_softmax(-1).narrow(0, 2, 1), y[0].narrow(0, 2, 1));
        Assert.True(y[1].isnan().all().item<bool>());
        Assert.True(y[2, 1].isnan().item<bool>());
    }

    private static Tensor Exact(Tensor left, Tensor right) => left.to(ScalarType.Float64).mm(right.to(ScalarType.Float64));

    private static void Close(Tensor exact, Tensor actual)
    {
        Assert.Equal(exact.shape, actual.shape);
        double off = exact.sub(actual.detach().to(ScalarType.Float64)).abs().max().item<double>() / exact.abs().max().item<double>();
        Assert.True(off < 3e-6, $"off by {off:E1} of the largest");
    }
}
