using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Support;

/// <summary>Test tensors and their comparison with plain arrays.</summary>
internal static class Expect
{
    /// <summary>float64 values drawn evenly from [low, high), the same for the same seed whatever the libtorch.</summary>
    internal static Tensor Random(int seed, double low, double high, params long[] shape)
    {
        var random = new Random(seed);
        var values = new double[shape.Aggregate(1L, static (product, size) => product * size)];
        for (var k = 0; k < values.Length; k++) values[k] = low + ((high - low) * random.NextDouble());
        return tensor(values, dtype: ScalarType.Float64).view(shape);
    }

    internal static Tensor Normal(int seed, params long[] shape) => Random(seed, -2, 2, shape);

    /// <summary>The elements in row-major order, as doubles.</summary>
    internal static double[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().to(ScalarType.Float64).contiguous().view(-1).data<double>().ToArray();
    }

    /// <summary>Tensors alive after every forgotten one was finalized.</summary>
    internal static long LiveTensors()
    {
        for (var k = 0; k < 3; k++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Tensor.TotalCount;
    }

    internal static void Shape(Tensor actual, params long[] shape) => Assert.Equal(shape, actual.shape);

    /// <summary>Every element within tolerance × max(1, |expected|); NaN equals NaN.</summary>
    internal static void Close(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        var values = Values(actual);
        Assert.Equal(expected.Length, values.Length);
        for (var k = 0; k < values.Length; k++)
        {
            if (double.IsNaN(expected[k]) && double.IsNaN(values[k])) continue;
            if (expected[k] == values[k]) continue;
            Assert.True(Math.Abs(expected[k] - values[k]) <= tolerance * Math.Max(1, Math.Abs(expected[k])),
                $"element {k}: expected {expected[k]:r}, got {values[k]:r}");
        }
    }

    internal static void Close(Tensor expected, Tensor actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.shape, actual.shape);
        Close(Values(expected), actual, tolerance);
    }

    internal static double[] Map(Tensor x, Func<double, double> f) => Array.ConvertAll(Values(x), v => f(v));

    internal static double[] Map(Tensor x, Tensor y, Func<double, double, double> f) => Values(x).Zip(Values(y), f).ToArray();
}
