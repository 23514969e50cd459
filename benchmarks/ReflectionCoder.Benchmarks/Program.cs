using BenchmarkDotNet.Running;
using ReflectionCoder.Benchmarks;

if (args is ["race-tokenizers"])
{
    TokenizerCorpus.RaceHuggingFace();
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
