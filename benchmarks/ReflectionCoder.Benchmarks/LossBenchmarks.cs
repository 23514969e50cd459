using BenchmarkDotNet.Attributes;
using ReflectionCoder.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks;

/// <summary>Loss and gradient of 512 pairs of rows, hidden size 256: whole logits against chunks of rows.</summary>
public class LossBenchmarks
{
    private const int Pairs = 512;
    private Tensor hidden = null!;
    private Tensor weight = null!;
    private DistillationTargets targets = null!;

    [Params(512, 32256)]
    public int Vocabulary { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(Environment.ProcessorCount);
        hidden = randn([2 * Pairs, 256]).requires_grad_();
        weight = randn([Vocabulary, 256]).mul(0.02).detach().requires_grad_();
        long[] rows = [.. Enumerable.Range(0, Pairs).Select(i => (long)i)];
        targets = new DistillationTargets
        {
            CrossEntropyRows = [.. rows, .. rows.Select(row => row + Pairs)],
            CrossEntropyLabels = [.. rows.Concat(rows).Select(row => row % Vocabulary)],
            TeacherRows = rows,
            StudentRows = [.. rows.Select(row => row + Pairs)],
        };
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        hidden.Dispose();
        weight.Dispose();
    }

    [Benchmark(Baseline = true)]
    public double Whole() => Run(DistillationLosses.Whole);

    [Benchmark]
    public double Chunked() => Run(DistillationLosses.Chunked());

    private double Run(IDistillationLoss loss)
    {
        using DisposeScope scope = NewDisposeScope();
        DistillationLoss result = loss.Compute(
            new DistillationInput
            {
                Hidden = hidden,
                OutputWeight = weight,
                Targets = targets,
                CrossEntropyScale = 1.0 / (2 * Pairs),
                DivergenceScale = 1.0 / Pairs,
            }
        );
        result.Total.backward();
        hidden.grad = null;
        weight.grad = null;
        return result.SumOf(LossTerm.CrossEntropy);
    }
}
