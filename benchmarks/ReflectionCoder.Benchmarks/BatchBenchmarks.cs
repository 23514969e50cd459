using BenchmarkDotNet.Attributes;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Benchmarks;

/// <summary>Masks a batch of eight samples, by strategy.</summary>
[MemoryDiagnoser]
public class BatchBenchmarks
{
    private readonly NumpyRandomState random = new(3407);
    private readonly IReadOnlyList<TokenizedSample> samples = SampleData.Create(8, CodeTokenizer.CreateByteLevel());

    [Params("block", "random-token", "random-block")]
    public string Strategy { get; set; } = "block";

    private SequenceMasker Masker => new(MaskStrategies.Parse(Strategy));

    [Benchmark]
    public int Mask()
    {
        SequenceMasker masker = Masker;
        return samples.Sum(sample => masker.Mask(sample, 0.5, random).Length);
    }
}
