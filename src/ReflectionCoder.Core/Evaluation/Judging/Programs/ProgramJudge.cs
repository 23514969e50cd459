using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>Runs a solution and its tests as one program.</summary>
internal static class ProgramJudge
{
    /// <summary>Names the rules of this folder. A change that can change a verdict changes it.</summary>
    public const string Rules = "programs 1";

    // What is on standard error after an assertion failed or an exception wasn't caught, where that ends a program by SIGABRT.
    private static readonly string[] Complaints =
    [
        "Assertion `", // C and C++
        "terminate called after throwing", // C++
        "Process terminated.", // .NET, Debug.Assert and FailFast
        "Unhandled exception.", // .NET
    ];

    /// <summary>Tests a solution.</summary>
    public static async Task<Verdict> JudgeAsync(
        ProgramTests tests,
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        if (ProgramDialects.Find(tests.Language) is not { } dialect)
        {
            return Missing($"Programs in '{tests.Language}' can't be judged: the library has no way to run and check them.");
        }

        // Without the library, no program would compile, and each solution would seem to be wrong.
        if (JavaLanguage.NeedsTuples(tests.ProgramPrefix) && JavaLanguage.Tuples is null)
        {
            return Missing("The problem needs org.javatuples, which isn't installed: apt-get install libjavatuples-java.");
        }

        GuardedProgram guarded = GuardedProgram.Create(dialect, tests.ProgramPrefix, code, tests.Test);
        var program = new SandboxProgram(guarded.Source, tests.Language);
        SandboxResult run = await sandbox.ExecuteAsync(program, limits, cancellationToken).ConfigureAwait(false);
        (string Details, string? Expected)? failure = run.Outcome == SandboxOutcome.Passed ? guarded.FindFailure(run.StandardOutput) : null;
        Verdict verdict = Verdict.Of(run, passed: failure is null) with { OneProcess = true };
        return failure is { } found ? verdict with { Details = found.Details, Expected = found.Expected }
            : IsComplaint(run) ? verdict with { Outcome = SandboxOutcome.Failed }
            : verdict;
    }

    // A solution can print such a message itself. It only chooses between two ways of not passing.
    private static bool IsComplaint(SandboxResult run) =>
        run.Outcome == SandboxOutcome.Crashed
        && Complaints.Any(complaint => run.StandardError.Contains(complaint, StringComparison.Ordinal));

    private static Verdict Missing(string message) => new() { Outcome = SandboxOutcome.ToolchainMissing, Details = message };
}
