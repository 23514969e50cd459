using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>What decides whether a solution of a problem is right. Immutable and thread-safe.</summary>
public interface IProblemTests
{
    /// <summary>The language of solutions, as the sandbox names it, such as <c>python</c>.</summary>
    string Language { get; }

    /// <summary>The names that a solution must define. The default is empty: not known, or a solution is a whole program.</summary>
    IReadOnlyList<string> EntryPoints => [];

    /// <summary>
    /// The limits of the benchmark's own harness. They apply unless <see cref="EvaluatorOptions.Limits"/> says otherwise.
    /// </summary>
    SandboxLimits DefaultLimits { get; }

    /// <summary>
    /// Everything that decides a verdict besides the solution, the sandbox and the limits: the tests, the rules, and the programs that
    /// apply them. A stored verdict is used again only if these texts are the same.
    /// </summary>
    IReadOnlyList<string> Identity { get; }

    /// <summary>Tests a solution.</summary>
    /// <param name="code">The solution.</param>
    /// <param name="sandbox">Where it runs.</param>
    /// <param name="limits">Limits of the whole test.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <returns>The verdict. A solution that fails, in whatever way, is a verdict and never an exception.</returns>
    /// <exception cref="SandboxUnavailableException">The sandbox can't run programs.</exception>
    /// <exception cref="OperationCanceledException">The test was cancelled.</exception>
    Task<Verdict> JudgeAsync(string code, ICodeSandbox sandbox, SandboxLimits limits, CancellationToken cancellationToken = default);
}
