using ReflectionCoder.Evaluation.Judging.Programs;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>
/// Tests that follow a solution in one program, as in MultiPL-E: the program is compiled, and what its tests compare decides.
/// </summary>
/// <remarks>
/// <para>The solution and the tests share a process, so the process's exit code says little: a solution can end it. So the tests are
/// rewritten before they run. Each compares the solution's value with the expected value and, in random order, with expected values of
/// other tests. Then the program prints which comparisons held. It passes if exactly the right ones did. A solution that ends the program,
/// turns assertions off, or gives a value that equals everything doesn't pass.</para>
/// <para>This isn't as strong as two processes. A solution that reads the program's source, and knows how it was rewritten, can print a
/// guess. The more tests with different expected values there are, the less often it is right: with three about one time in six, with
/// eight about one time in a thousand. Tests that aren't written as MultiPL-E writes them stay as they are, and are then protected only
/// against a program that ends too early.</para>
/// </remarks>
public sealed record ProgramTests : IProblemTests
{
    /// <summary>
    /// The language, as the library's sandboxes name it, such as <c>cpp</c>. In a language that the library can't judge, such as
    /// <c>lua</c>, each verdict is <see cref="SandboxOutcome.ToolchainMissing"/>.
    /// </summary>
    public required string Language { get; init; }

    /// <summary>
    /// Limits of the benchmark's own harness. The default value is 15 s of processor time (MultiPL-E's evaluators allow 15 s of wall-clock
    /// time, which a busy machine shortens), 50 s of wall-clock time and 4 GiB of memory. The compiler has limits of its own.
    /// </summary>
    public SandboxLimits DefaultLimits { get; init; } = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(15));

    /// <summary>
    /// The start of the program: MultiPL-E's prompt. It is put before a solution that doesn't start with it. The default value is empty.
    /// </summary>
    public string ProgramPrefix { get; init; } = "";

    /// <summary>The tests: the rest of the program, after a line feed.</summary>
    public required string Test { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Identity => [ProgramJudge.Rules, ProgramPrefix, Test];

    /// <inheritdoc/>
    public Task<Verdict> JudgeAsync(string code, ICodeSandbox sandbox, SandboxLimits limits, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(limits);
        return ProgramJudge.JudgeAsync(this, code, sandbox, limits, cancellationToken);
    }
}
