using BenchmarkDotNet.Running;
using ReflectionCoder.Benchmarks;

if (args is [ShortMode.Option])
{
    return ShortMode.Run();
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
