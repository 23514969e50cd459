using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>Judges solutions in a sandbox that has the judge's modules loaded.</summary>
public sealed class JudgeFixture : IAsyncLifetime
{
    private readonly SandboxFixture sandbox = new(
        new BubblewrapSandboxOptions
        {
            MaxConcurrency = 4,
            ForkPython = true,
            PreloadedSources = JudgeModules.Sources,
        }
    );

    private bool hasNumpy;

    /// <summary>More time than any of the programs needs, because the machine may be busy.</summary>
    internal static SandboxLimits Limits { get; } =
        new()
        {
            CpuTime = TimeSpan.FromSeconds(20),
            WallTime = TimeSpan.FromSeconds(60),
            MemoryBytes = 4L << 30,
        };

    public async ValueTask InitializeAsync()
    {
        await sandbox.InitializeAsync();
        hasNumpy = (await sandbox.RunAsync("import numpy")).Outcome == SandboxOutcome.Passed;
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    /// <summary>Runs a program as it is.</summary>
    internal Task<SandboxResult> RunAsync(string source, string? input = null) => sandbox.RunAsync(source, Limits, input);

    /// <summary>Judges a solution.</summary>
    internal async Task<Verdict> JudgeAsync(string code, string tests, params IReadOnlyList<string> entryPoints)
    {
        sandbox.SkipIfUnavailable();
        var judged = new PythonTests { Test = tests, EntryPoints = entryPoints.Count == 0 ? ["f"] : entryPoints };
        // Not PythonTests.JudgeAsync: that asks the judge in one process where this one can't decide.
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        (Verdict verdict, string? undecided) = await SeparatedJudge.JudgeAsync(judged, code, sandbox.Sandbox, Limits, cancellation);
        return undecided is null ? verdict : verdict with { Details = $"The solution and its tests can't be separated: {undecided}" };
    }

    /// <summary>Judges a solution as an evaluation does: in one process where two can't decide.</summary>
    /// <param name="code">The solution.</param>
    /// <param name="tests">The tests.</param>
    /// <param name="reference">A solution that passes.</param>
    /// <param name="entryPoints">The names that the tests use.</param>
    internal Task<Verdict> JudgeWhollyAsync(string code, string tests, string reference, IReadOnlyList<string> entryPoints)
    {
        sandbox.SkipIfUnavailable();
        var judged = new PythonTests
        {
            Test = tests,
            EntryPoints = entryPoints,
            ReferenceSolution = reference,
        };
        return judged.JudgeAsync(code, sandbox.Sandbox, Limits, TestContext.Current.CancellationToken);
    }

    /// <summary>Does something with each program of a file, several at once, and fails with all complaints.</summary>
    /// <param name="kind">The file.</param>
    /// <param name="complaints">What is wrong with a program's verdicts; none if nothing is.</param>
    internal async Task CheckAsync(string kind, Func<JudgeProgram, Task<IEnumerable<string>>> complaints)
    {
        sandbox.SkipIfUnavailable();
        IEnumerable<JudgeProgram> programs = JudgePrograms
            .Read(kind)
            .Where(program => hasNumpy || !(program.Code + program.Tests).Contains("numpy", StringComparison.Ordinal));
        string[][] found = await Task.WhenAll(
            programs.Select(async program => (await complaints(program)).Select(complaint => $"{program.Name}: {complaint}").ToArray())
        );
        Assert.Equal([], found.SelectMany(each => each));
    }
}
