using BenchmarkDotNet.Attributes;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Benchmarks;

/// <summary>Renders, encodes and labels one sample of about 1,800 bytes.</summary>
[MemoryDiagnoser]
public class EncodingBenchmarks
{
    private readonly SampleTokenizer tokenizer = new(CodeTokenizer.CreateByteLevel());
    private readonly Conversation conversation = SampleData.Conversation(1);

    [Benchmark]
    public int Encode() => tokenizer.Tokenize(conversation)!.Length;
}
