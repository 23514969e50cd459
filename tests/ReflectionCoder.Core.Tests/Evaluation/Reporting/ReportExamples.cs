using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Reports;

namespace ReflectionCoder.Tests.Evaluation.Reporting;

/// <summary>Results of evaluations that never ran.</summary>
internal static class ReportExamples
{
    private static readonly SandboxLimits Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(10));

    public static EvaluationProblem[] Problems(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new EvaluationProblem
                {
                    TaskId = $"HumanEval/{i}",
                    Instruction = "Write f.",
                    Tests = new PythonTests
                    {
                        Test = "assert f(1)",
                        EntryPoints = ["f"],
                        DefaultLimits = Limits,
                    },
                }),
        ];

    public static EvaluationResult Result(int task, SandboxOutcome outcome, int sample = 0) =>
        new()
        {
            TaskId = $"HumanEval/{task}",
            Sample = sample,
            Passed = outcome == SandboxOutcome.Passed,
            Outcome = outcome,
            Error = outcome == SandboxOutcome.Failed ? "AssertionError" : "",
            Details = outcome == SandboxOutcome.Failed ? "Traceback (most recent call last):\n  File \"t.py\", line 1\nAssertionError" : "",
            WallSeconds = 0.125,
            Completion = $"def f(x):\n    return {task}",
            Fingerprint = "0123456789abcdef",
        };

    /// <summary>A run with an end of every kind, and one problem without a completion.</summary>
    public static EvaluationReport Mixed() =>
        EvaluationReport.Create(
            Problems(8),
            [
                Result(6, SandboxOutcome.SandboxFailure),
                Result(0, SandboxOutcome.Passed) with
                {
                    BasePassed = true,
                },
                Result(1, SandboxOutcome.Failed) with
                {
                    BasePassed = true,
                    Expected = "[1, 2]",
                    Actual = "[1, 3]",
                },
                Result(2, SandboxOutcome.CpuTimeExceeded) with
                {
                    BasePassed = false,
                },
                Result(3, SandboxOutcome.WallTimeExceeded),
                Result(4, SandboxOutcome.ToolchainMissing),
                Result(5, SandboxOutcome.Passed) with
                {
                    BasePassed = true,
                    OneProcess = true,
                },
            ],
            new EvaluationReportOptions
            {
                Benchmark = "humaneval-plus",
                Name = "model",
                Malformed = [new(3, "not JSON")],
            }
        );

    /// <summary>A run in which every text of a result is hostile.</summary>
    public static EvaluationReport Hostile()
    {
        IReadOnlyList<string> texts = HostileText.All;
        EvaluationProblem[] problems = [.. texts.Select((text, i) => Problems(1)[0] with { TaskId = $"{i} {Short(text)}" })];
        return EvaluationReport
            .Create(problems, Results(SandboxOutcome.Failed), Named("second"))
            .CompareWith(EvaluationReport.Create(problems, Results(SandboxOutcome.Passed), Named("first")));

        EvaluationResult[] Results(SandboxOutcome outcome) =>
            [
                .. problems.Select(
                    (problem, i) =>
                        Result(0, outcome) with
                        {
                            TaskId = problem.TaskId,
                            Error = Short(texts[i]),
                            Details = texts[i],
                            Completion = texts[i],
                            Expected = texts[i],
                            Actual = texts[i] + texts[(i + 1) % texts.Count],
                        }
                ),
            ];

        EvaluationReportOptions Named(string name) =>
            new()
            {
                Benchmark = texts[0] + texts[1],
                Name = name + texts[3] + texts[7],
                Extractor = texts[4],
                Malformed = [.. texts.Select((text, i) => new MalformedLine(i + 1, text))],
            };

        static string Short(string text) => text.Length <= 200 ? text : text[..200];
    }
}
