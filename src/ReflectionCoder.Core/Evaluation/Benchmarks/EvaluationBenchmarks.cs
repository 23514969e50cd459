namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>The library's benchmarks.</summary>
public static class EvaluationBenchmarks
{
    /// <summary>HumanEval (Chen et al. 2021), and HumanEval+ in its original form (<c>OriginFmt</c>).</summary>
    public static IBenchmark HumanEval { get; } = new HumanEvalBenchmark();

    /// <summary>MBPP (Austin et al. 2021), whole or sanitized, and MBPP+ in its original form (<c>OriginFmt</c>).</summary>
    public static IBenchmark Mbpp { get; } = new MbppBenchmark();

    /// <summary>HumanEval+ (Liu et al. 2023): HumanEval with many more inputs, judged by EvalPlus's rules.</summary>
    public static IBenchmark HumanEvalPlus { get; } = new HumanEvalPlusBenchmark();

    /// <summary>MBPP+ (Liu et al. 2023): 378 tasks of MBPP with many more inputs, judged by EvalPlus's rules.</summary>
    public static IBenchmark MbppPlus { get; } = new MbppPlusBenchmark();

    /// <summary>MultiPL-E (Cassano et al. 2023): HumanEval and MBPP in other languages.</summary>
    public static IBenchmark MultiPlE { get; } = new MultiPlEBenchmark();

    /// <summary>LiveCodeBench (Jain et al. 2024): problems of programming contests, some solved by functions, some by programs.</summary>
    public static IBenchmark LiveCodeBench { get; } = new LiveCodeBenchBenchmark();

    /// <summary>This library's task files.</summary>
    public static IBenchmark Tasks { get; } = new TasksBenchmark();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IBenchmark> All { get; } = [HumanEval, HumanEvalPlus, Mbpp, MbppPlus, MultiPlE, LiveCodeBench, Tasks];

    /// <summary>Finds a benchmark by its name.</summary>
    /// <param name="name">The name, such as <c>humaneval</c>.</param>
    /// <exception cref="ArgumentException">There is no such benchmark; the message names all.</exception>
    public static IBenchmark Find(string name) =>
        All.FirstOrDefault(benchmark => benchmark.Name == name)
        ?? throw new ArgumentException(
            $"There is no benchmark '{name}'; there are {string.Join(", ", All.Select(benchmark => benchmark.Name))}.",
            nameof(name)
        );
}
