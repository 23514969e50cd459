using System.Text.Json;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation;

/// <summary>The paper's published completions, judged here and by the benchmarks' own harnesses: the same ones must fail.</summary>
public sealed class PublishedCompletionsTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    /// <summary>All of them take minutes.</summary>
    private static readonly bool WithAll = Environment.GetEnvironmentVariable("REFLECTIONCODER_EVAL_ALL") == "1";

    [Theory]
    [Trait("Category", "Golden")]
    [InlineData("humaneval/HumanEval.jsonl.gz", "DS-6.7B", "humaneval", "humaneval_official", 3)]
    [InlineData("mbpp/sanitized-mbpp.json", "DS-6.7B", "mbpp", "mbpp_asserts_sanitized", 3)]
    [InlineData("humanevalplus/HumanEvalPlus-OriginFmt.jsonl.gz", "DS-6.7B", "humaneval", "humaneval_plus_originfmt", 30)]
    [InlineData("mbppplus/MbppPlus-OriginFmt.jsonl.gz", "DS-6.7B", "mbpp", "mbpp_plus_originfmt", 30)]
    public async Task Evaluate_PublishedCompletions_FailWhereTheOfficialHarnessFailsThem(
        string problemsFile,
        string model,
        string benchmark,
        string harness,
        int seconds
    )
    {
        fixture.SkipIfUnavailable();
        Assert.SkipWhen(harness != "humaneval_official" && !WithAll, "Takes minutes: set REFLECTIONCODER_EVAL_ALL=1.");
        JsonElement expected = EvaluationData.Expected(model, harness);
        IReadOnlyList<EvaluationProblem> problems = await EvaluationBenchmarks
            .Find(benchmark)
            .ReadAsync(EvaluationData.PathOf(problemsFile));
        IReadOnlyList<Completion> completions = await CompletionReader.ReadAsync(
            EvaluationData.PathOf($"completions/{model}.{benchmark}.jsonl")
        );
        var evaluator = new Evaluator(
            fixture.Sandbox,
            new EvaluatorOptions { Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(seconds)) }
        );
        List<EvaluationResult> results = await evaluator.EvaluateAsync(problems, completions).ToListAsync();

        string[] failing = [.. results.Where(result => !result.Passed).Select(result => result.TaskId).Order()];
        string[] expectedFailing = [.. expected.GetProperty("failing").EnumerateArray().Select(id => id.GetString()!).Order()];
        Assert.Equal(expectedFailing, failing);
        EvaluationReport report = EvaluationReport.Create(problems, results);
        Assert.Equal(expected.GetProperty("passed").GetInt32(), report.Passed);
        Assert.Equal(expected.GetProperty("n").GetInt32(), report.Total);
        Assert.Equal(expected.GetProperty("pass_at_1").GetDouble(), report.PassAt1.Value, 6);
    }
}
