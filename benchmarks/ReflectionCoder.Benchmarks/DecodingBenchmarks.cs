using BenchmarkDotNet.Attributes;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks;

/// <summary>Greedy decoding of 32 tokens behind a prompt of 256 on a small decoder, with the key-value cache and without.</summary>
public class DecodingBenchmarks : IDisposable
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 256).Select(i => i % 500)];

    private CausalLanguageModel model = null!;
    private TokenGenerator generator = null!;

    [Params(true, false)]
    public bool UseCache { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(Environment.ProcessorCount);
        model = CausalLanguageModel.Create(
            new ModelConfig
            {
                VocabularySize = 512,
                HiddenSize = 128,
                IntermediateSize = 352,
                HiddenLayers = 4,
                AttentionHeads = 4,
                KeyValueHeads = 2,
                HeadDimension = 32,
            },
            CPU,
            ScalarType.Float32,
            seed: 1);
        generator = new TokenGenerator(model, new GenerationOptions { MaxNewTokens = 32 }) { UseCache = UseCache };
    }

    [GlobalCleanup]
    public void Dispose()
    {
        model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Decode() => generator.Generate(Prompt).Ids.Count;
}
