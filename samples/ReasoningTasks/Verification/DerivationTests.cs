using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>A derivation is right if the verifier says so.</summary>
/// <param name="Task">The task with its checks.</param>
internal sealed record DerivationTests(ProgrammingTask Task) : IProblemTests
{
    public string Language => DerivationVerifier.LanguageName;

    public IReadOnlyList<string> EntryPoints => [DerivationVerifier.Answer];

    public SandboxLimits DefaultLimits => EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(2));

    // The number changes with what the verifier takes for right.
    public IReadOnlyList<string> Identity => ["derivation 1", .. Task.Asserts];

    public async Task<Verdict> JudgeAsync(
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken = default
    )
    {
        // As authors and on-policy training do it, so that all three have one idea of what passes.
        SandboxResult run = (await new TaskRunner(sandbox, Task) { Limits = limits }.RunAsync(code, cancellationToken)).Result;
        return new Verdict
        {
            Outcome = run.Outcome,
            Details = run.Message ?? run.StandardError,
            WallTime = run.WallTime,
        };
    }
}
