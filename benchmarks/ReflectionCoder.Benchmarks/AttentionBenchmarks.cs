using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// Causal attention over one row, forward and backward: 8 heads of width 32. Time grows with the square of the length, memory with the
/// length.
/// </summary>
public class AttentionBenchmarks : IDisposable
{
    private Tensor query = null!;
    private Tensor key = null!;
    private Tensor value = null!;

    [Params(512, 2048)]
    public int Length { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(Environment.ProcessorCount);
        manual_seed(1).Dispose();
        (query, key, value) = (Heads(), Heads(), Heads());
    }

    [GlobalCleanup]
    public void Dispose()
    {
        query.Dispose();
        key.Dispose();
        value.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true).sum().backward();
        (query.grad, key.grad, value.grad) = (null, null, null);
    }

    private Tensor Heads() => randn([1, 8, Length, 32], dtype: ScalarType.Float32).requires_grad_(true);
}
