using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>Tests that are Python code, such as asserts, which calls the solution and raises an exception if it is wrong.</summary>
/// <remarks>
/// The solution and the tests run in two processes, and what passes between them behaves as it would in one. So the solution can't see or
/// change the tests, the expected values or the verdict. Where something can't pass between processes and behave, such as a class that
/// the tests derive from one of the solution's, both run in one process, several times: once with the tests as they are, and with
/// expectations that were changed, which the solution must fail. Such a verdict says so (<see cref="Verdict.OneProcess"/>).
/// </remarks>
public sealed record PythonTests : IProblemTests
{
    /// <inheritdoc/>
    public string Language => "python";

    /// <summary>
    /// Limits of the benchmark's own harness. The default value is 3 s of processor time (the official harness of HumanEval allows 3 s of
    /// wall-clock time, which a busy machine shortens), 14 s of wall-clock time and 4 GiB of memory.
    /// </summary>
    public SandboxLimits DefaultLimits { get; init; } = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(3));

    /// <summary>
    /// Code that is put before a solution: HumanEval's prompt, because solutions may continue it. The default value is empty.
    /// </summary>
    public string ProgramPrefix { get; init; } = "";

    /// <summary>Code that the tests need, such as imports and helper functions of the problem. The default value is empty.</summary>
    public string Setup { get; init; } = "";

    /// <summary>The tests.</summary>
    public required string Test { get; init; }

    /// <summary>The names that a solution must define, such as the function that the tests call.</summary>
    public required IReadOnlyList<string> EntryPoints { get; init; }

    /// <summary>
    /// A solution that passes, in the form of <c>code</c> of <see cref="JudgeAsync"/>. The default value is null: none is known.
    /// </summary>
    public string? ReferenceSolution { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Identity => [SeparatedJudge.Harness, .. GuardedJudge.Harness, .. Sections];

    /// <summary>The texts that the harness reads, after the solution.</summary>
    internal IReadOnlyList<string> Sections => [ProgramPrefix, Setup, Test, string.Join(' ', EntryPoints)];

    /// <inheritdoc/>
    public async Task<Verdict> JudgeAsync(
        string code,
        ICodeSandbox sandbox,
        SandboxLimits limits,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(limits);
        if (!GuardedJudge.NeedsOneProcess(this))
        {
            (Verdict verdict, string? undecided) = await SeparatedJudge
                .JudgeAsync(this, code, sandbox, limits, cancellationToken)
                .ConfigureAwait(false);
            if (undecided is null)
            {
                return verdict;
            }
        }

        return await GuardedJudge.JudgeAsync(this, code, sandbox, limits, cancellationToken).ConfigureAwait(false);
    }
}
