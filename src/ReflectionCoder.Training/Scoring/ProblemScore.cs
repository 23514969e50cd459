using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Scoring;

/// <summary>How a model did on a list of problems.</summary>
/// <param name="PassAt1">pass@1, from 0 to 1. An answer that wasn't judged counts as one that failed.</param>
/// <param name="Answers">Answers that the model wrote.</param>
/// <param name="Passed">Answers that passed all tests.</param>
/// <param name="TimedOut">Answers that reached a time limit.</param>
/// <param name="NotJudged">Answers that say nothing about the model, because the sandbox failed.</param>
internal sealed record ProblemScore(double PassAt1, int Answers, int Passed, int TimedOut, int NotJudged)
{
    /// <summary>Counts results.</summary>
    public static ProblemScore Of(IReadOnlyList<EvaluationProblem> problems, IReadOnlyList<EvaluationResult> results)
    {
        var report = EvaluationReport.Create(problems, results);
        IReadOnlyDictionary<SandboxOutcome, int> counts = report.CountOutcomes();
        return new ProblemScore(
            report.PassAt1.Value,
            report.Completions,
            report.Passed,
            Count(SandboxOutcome.CpuTimeExceeded, SandboxOutcome.WallTimeExceeded),
            Count(SandboxOutcome.SandboxFailure, SandboxOutcome.ToolchainMissing)
        );

        int Count(params SandboxOutcome[] outcomes) => outcomes.Sum(outcome => counts.GetValueOrDefault(outcome));
    }
}
