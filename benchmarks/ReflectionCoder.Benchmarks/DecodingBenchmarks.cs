using BenchmarkDotNet.Attributes;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks;

/// <summary>Greedy decoding of 32 tokens behind a prompt of 256 on a small decoder.</summary>
public class DecodingBenchmarks : IDisposable
{
    private static readonly string Instruction = new('x', 250); // and the template's tokens, a byte each

    private CausalLanguageModel model = null!;
    private TextGenerator generator = null!;

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
            seed: 1
        );
        generator = new TextGenerator(model, CodeTokenizer.CreateByteLevel(), new GenerationOptions { MaxNewTokens = 32 });
        int written = Decode();
        if (written != 32)
        {
            throw new InvalidOperationException($"{written} tokens were written, not 32: another seed, please.");
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        generator.Dispose();
        model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Decode() => generator.Generate(Instruction).NewTokens;
}
