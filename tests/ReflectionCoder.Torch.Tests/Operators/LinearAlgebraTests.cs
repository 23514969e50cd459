using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Operators;

public class LinearAlgebraTests
{
    public static TheoryData<string> Types => ["Float32", "Float64", "BFloat16"];

    [Theory]
    [InlineData(3, 4, 5)]
    [InlineData(1, 1, 1)]
    [InlineData(17, 33, 9)]
    [InlineData(64, 64, 64)]
    public void Products_RandomMatrices_EqualTheNaiveLoop(int m, int k, int n)
    {
        using var scope = NewDisposeScope();
        Tensor a = Expect.Normal(1, m, k), b = Expect.Normal(2, k, n);
        var expected = Multiply(Expect.Values(a), Expect.Values(b), m, k, n);
        Expect.Close(expected, a.mm(b));
        Expect.Close(expected, a.matmul(b));
        Expect.Close(expected, torch.mm(a, b));
        Expect.Close(expected, torch.matmul(a, b));
        Expect.Close(expected, b.t().mm(a.t()).t());
        Expect.Close(expected, a.unsqueeze(0).bmm(b.unsqueeze(0)));
        Expect.Close(expected, nn.functional.linear(a, b.t()));
        Expect.Close(expected, einsum("ij,jk->ik", a, b));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Product_EachType_EqualsTheNaiveLoopWithinItsPrecision(string type)
    {
        using var scope = NewDisposeScope();
        var dtype = Enum.Parse<ScalarType>(type);
        Tensor a = Expect.Normal(1, 9, 21).to(dtype), b = Expect.Normal(2, 21, 6).to(dtype);
        // Small bfloat16 products of old libtorch add up in bfloat16.
        var tolerance = dtype == ScalarType.BFloat16 ? 0.1 : dtype == ScalarType.Float32 ? 1e-5 : 1e-12;
        var result = a.mm(b);
        Assert.Equal(dtype, result.dtype);
        Expect.Close(Multiply(Expect.Values(a), Expect.Values(b), 9, 21, 6), result, tolerance);
    }

    [Fact]
    public void Batches_RandomMatrices_EqualTheNaiveLoop()
    {
        using var scope = NewDisposeScope();
        Tensor a = Expect.Normal(1, 3, 4, 5), b = Expect.Normal(2, 3, 5, 2), c = Expect.Normal(3, 3, 4, 2);
        double[] x = Expect.Values(a), y = Expect.Values(b), z = Expect.Values(c);
        double[] product = [.. Enumerable.Range(0, 3).SelectMany(k => Multiply(x[(k * 20)..((k + 1) * 20)], y[(k * 10)..((k + 1) * 10)], 4, 5, 2))];
        Expect.Close(product, a.bmm(b));
        Expect.Close(product, torch.bmm(a, b));
        Expect.Close(product, a.matmul(b));
        double[] summed = new double[8];
        for (var k = 0; k < product.Length; k++) summed[k % 8] += product[k];
        Expect.Close([.. summed.Select((v, k) => v + z[k])], c[0].addbmm(a, b));
        Expect.Close([.. summed.Select((v, k) => v + z[k])], c[0].clone().addbmm_(a, b));
    }

    [Fact]
    public void Addmm_Factors_WeighBothParts()
    {
        using var scope = NewDisposeScope();
        Tensor c = Expect.Normal(1, 3, 2), a = Expect.Normal(2, 3, 4), b = Expect.Normal(3, 4, 2);
        double[] z = Expect.Values(c), product = Multiply(Expect.Values(a), Expect.Values(b), 3, 4, 2);
        double[] expected = [.. product.Select((v, k) => (0.5 * z[k]) + (2 * v))];
        Expect.Close(expected, c.addmm(a, b, 0.5f, 2f));
        Expect.Close(expected, torch.addmm(c, a, b, 0.5f, 2f));
        var target = c.clone();
        Assert.Same(target, target.addmm_(a, b, 0.5f, 2f));
        Expect.Close(expected, target);
        Gradient.Check(inputs => inputs[0].addmm(inputs[1], inputs[2], 0.5f, 2f), 1e-5, c, a, b);
    }

    [Fact]
    public void Vectors()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new double[] { 1, 2 }), b = tensor(new double[] { 3, 4 }), m = tensor(new double[] { 1, 2, 3, 4 }).view(2, 2);
        Assert.Equal(11, a.dot(b).item<double>());
        Assert.Equal(11, a.vdot(b).item<double>());
        Assert.Equal(11, a.inner(b).item<double>());
        Assert.Equal(11, a.matmul(b).item<double>());
        Expect.Close([3, 4, 6, 8], a.outer(b));
        Expect.Close([3, 4, 6, 8], a.ger(b));
        Expect.Close([11, 25], m.mv(b));
        Expect.Close([11, 25], m.matmul(b));
        Expect.Close([12, 27], a.addmv(m, b));
        Expect.Close([12, 27], a.clone().addmv_(m, b));
        Expect.Close([4, 6, 9, 12], m.addr(a, b));
        Expect.Close([4, 6, 9, 12], m.clone().addr_(a, b));
        Assert.Equal(5, m.trace().item<double>());
    }

    [Fact]
    public void Matmul_BroadcastBatch_EqualsTheExpandedOne()
    {
        using var scope = NewDisposeScope();
        Tensor a = Expect.Normal(1, 2, 3, 4, 5), b = Expect.Normal(2, 3, 5, 2), c = Expect.Normal(3, 5, 2);
        Expect.Close(a.matmul(b.expand(2, 3, 5, 2).contiguous()), a.matmul(b));
        Expect.Close(a.reshape(24, 5).mm(c).view(2, 3, 4, 2), a.matmul(c));
    }

    [Fact]
    public void Products_Gradient_EqualsDifferences()
    {
        using var scope = NewDisposeScope();
        Gradient.Check(inputs => inputs[0].mm(inputs[1]), 1e-5, Expect.Normal(1, 3, 4), Expect.Normal(2, 4, 2));
        Gradient.Check(inputs => inputs[0].bmm(inputs[1]), 1e-5, Expect.Normal(1, 2, 3, 2), Expect.Normal(2, 2, 2, 3));
        Gradient.Check(inputs => inputs[0].matmul(inputs[1]), 1e-5, Expect.Normal(1, 2, 3, 2), Expect.Normal(2, 2, 3));
        Gradient.Check(inputs => einsum("bij,bkj->bik", inputs[0], inputs[1]), 1e-5, Expect.Normal(1, 2, 3, 2), Expect.Normal(2, 2, 4, 2));
    }

    private static double[] Multiply(double[] a, double[] b, int m, int k, int n)
    {
        var result = new double[m * n];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                for (var l = 0; l < k; l++) result[(i * n) + j] += a[(i * k) + l] * b[(l * n) + j];
            }
        }
        return result;
    }
}
