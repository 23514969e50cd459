using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Reporting;

/// <summary>A run as large and as mixed as one on HumanEval+, for looking at its page.</summary>
internal static class BenchmarkExample
{
    private const string Traceback = """
        Traceback (most recent call last):
          File "tests.py", line 31, in <module>
            check(candidate)
          File "tests.py", line 12, in check
            assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.3) == True
        AssertionError
        """;

    private const string Right = """
        from typing import List


        def has_close_elements(numbers: List[float], threshold: float) -> bool:
            ordered = sorted(numbers)
            return any(b - a < threshold for a, b in zip(ordered, ordered[1:]))
        """;

    private const string Wrong = """
        from typing import List


        def has_close_elements(numbers: List[float], threshold: float) -> bool:
            for i, first in enumerate(numbers):
                for second in numbers[i + 1:]:
                    if abs(first - second) <= threshold:
                        return True
            return False
        """;

    /// <summary>A report, compared with an earlier run.</summary>
    public static EvaluationReport Report()
    {
        EvaluationProblem[] problems = ReportExamples.Problems(164);
        EvaluationReportOptions options = new() { Benchmark = "humaneval-plus", Name = "deepseek-coder-1.3b-reflection" };
        return EvaluationReport
            .Create(problems, [.. Enumerable.Range(0, 164).Select(task => Result(task, task % 7 == 2))], options)
            .CompareWith(
                EvaluationReport.Create(
                    problems,
                    [.. Enumerable.Range(0, 164).Select(task => Result(task, task % 4 == 2))],
                    options with
                    {
                        Name = "deepseek-coder-1.3b",
                    }
                )
            );
    }

    /// <summary>A report of ten completions a task.</summary>
    public static EvaluationReport Sampled() =>
        EvaluationReport.Create(
            ReportExamples.Problems(40),
            [
                .. Enumerable
                    .Range(0, 400)
                    .Select(i => Result(i / 10, (i * 7919 % 101) + (i / 10) > 90) with { Sample = i % 10, TaskId = $"HumanEval/{i / 10}" }),
            ],
            new EvaluationReportOptions { Benchmark = "humaneval", K = [1, 2, 5, 10] }
        );

    private static EvaluationResult Result(int task, bool fails)
    {
        SandboxOutcome outcome = task switch
        {
            17 or 58 or 131 => SandboxOutcome.CpuTimeExceeded,
            90 => SandboxOutcome.Crashed,
            _ => fails ? SandboxOutcome.Failed : SandboxOutcome.Passed,
        };
        return ReportExamples.Result(task, outcome) with
        {
            BasePassed = outcome == SandboxOutcome.Passed || task % 3 == 0,
            OneProcess = task % 41 == 0,
            Details = outcome == SandboxOutcome.Failed ? Traceback : "",
            Expected = fails && task % 2 == 0 ? "[1, 2, 3, 5, 8, 13, 21, 34]" : null,
            Actual = fails && task % 2 == 0 ? "[1, 2, 3, 5, 8, 12, 20, 33]" : null,
            WallSeconds = outcome == SandboxOutcome.CpuTimeExceeded ? 30.25 : 0.031 + (task * 37 % 100 / 250.0),
            Completion = outcome == SandboxOutcome.Passed ? Right : Wrong,
        };
    }
}
