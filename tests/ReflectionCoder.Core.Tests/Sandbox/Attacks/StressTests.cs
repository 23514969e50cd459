using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// Many runs leave nothing behind and never fail for the sandbox's own reasons. <c>REFLECTIONCODER_STRESS=1 ./test.sh --filter
/// FullyQualifiedName~StressTests</c> does 1,000 in a row, 200 at once and 500 cancelled instead of 60, 40 and 100; it takes about three
/// minutes.
/// </summary>
[Collection(nameof(SandboxLeakTests))]
public sealed class StressTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    /// <summary>No other process has this user.</summary>
    private const int User = 61_348;

    private static readonly SandboxLimits Ample = new() { WallTime = TimeSpan.FromMinutes(2), CpuTime = TimeSpan.FromMinutes(1) };

    private static readonly (string Body, SandboxLimits Limits, SandboxOutcome Outcome)[] Kinds =
    [
        ("print('x' * 10)", Ample, SandboxOutcome.Passed),
        ("raise ValueError", Ample, SandboxOutcome.Failed),
        ("for _ in range(5): os.fork() or (os.setsid(), time.sleep(1000))", Ample, SandboxOutcome.Passed),
        ("os.fork(); time.sleep(1000)", Ample with { WallTime = TimeSpan.FromSeconds(0.3) }, SandboxOutcome.WallTimeExceeded),
        ("while True: pass", Ample with { CpuTime = TimeSpan.FromSeconds(0.1) }, SandboxOutcome.CpuTimeExceeded),
        ("os.abort()", Ample, SandboxOutcome.Crashed),
        ("while True: print('x' * 9999)", Ample with { OutputBytes = 1000 }, SandboxOutcome.OutputLimitExceeded),
        ("x = b'x' * (90 << 20); time.sleep(0.2)", Ample with { MemoryBytes = 64 << 20 }, SandboxOutcome.OutOfMemory),
        ("open('file', 'w').write('x' * 1000); open('/dev/shm/file', 'w').write('x')", Ample, SandboxOutcome.Passed),
    ];

    [Fact]
    public async Task Runs_InARow_LeaveNothing()
    {
        fixture.SkipIfUnavailable();
        using BubblewrapSandbox sandbox = new(new BubblewrapSandboxOptions { MaxConcurrency = 2, UnprivilegedId = User });
        await RunAsync(sandbox, 0); // starts the server
        HostState before = await HostState.TakeAsync(User);
        int runs = Stress.IsOn ? 1000 : 60;
        for (int i = 0; i < runs; i++)
        {
            await RunAsync(sandbox, i);
        }

        await before.AssertUnchangedAsync();
        sandbox.Dispose();
        await HostState.AssertNoneAsync(User);
    }

    [Fact]
    public async Task Runs_AtTheSameTime_LeaveNothing()
    {
        fixture.SkipIfUnavailable();
        int runs = Stress.IsOn ? 200 : 40;
        using BubblewrapSandbox sandbox = new(new BubblewrapSandboxOptions { MaxConcurrency = runs, UnprivilegedId = User });
        await RunAsync(sandbox, 0);
        HostState before = await HostState.TakeAsync(User);
        for (int round = 0; round < 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, runs).Select(i => RunAsync(sandbox, i)));
        }

        await before.AssertUnchangedAsync();
        sandbox.Dispose();
        await HostState.AssertNoneAsync(User);
    }

    /// <summary>Whatever a start is doing when its token is cancelled, the call gives its result or says that it was cancelled.</summary>
    [Fact]
    public async Task Runs_CancelledAtAnyMoment_EndCleanly()
    {
        fixture.SkipIfUnavailable();
        using BubblewrapSandbox sandbox = new(new BubblewrapSandboxOptions { MaxConcurrency = 3, UnprivilegedId = User });
        await RunAsync(sandbox, 0);
        HostState before = await HostState.TakeAsync(User);
        var random = new Random(23);
        int runs = Stress.IsOn ? 500 : 100;
        int cancelled = 0;
        for (int i = 0; i < runs; i += 4)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CancelAsync(random.NextDouble() * 20)));
        }

        Assert.InRange(cancelled, 1, runs);
        await RunAsync(sandbox, 0);
        await before.AssertUnchangedAsync();

        async Task CancelAsync(double milliseconds)
        {
            using var cancellation = new CancellationTokenSource();
            Task<SandboxResult> run = Task.Run(() => sandbox.ExecuteAsync(new SandboxProgram("print(1)"), Ample, cancellation.Token));
            await Task.Delay((int)milliseconds);
            await cancellation.CancelAsync();
            try
            {
                SandboxResult result = await run;
                Assert.Equal((SandboxOutcome.Passed, "1\n"), (result.Outcome, result.StandardOutput));
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
            }
        }
    }

    /// <summary>A disposed sandbox ends its programs, and their callers learn of it.</summary>
    [Fact]
    public async Task Dispose_WhileProgramsRun_LeavesNothing()
    {
        fixture.SkipIfUnavailable();
        for (int i = 0; i < 5; i++)
        {
            BubblewrapSandbox sandbox = new(new BubblewrapSandboxOptions { MaxConcurrency = 4, UnprivilegedId = User });
            await RunAsync(sandbox, 0);
            Task<SandboxResult>[] runs =
            [
                .. Enumerable.Range(0, 4).Select(_ => sandbox.ExecuteAsync(new SandboxProgram("import time; time.sleep(1000)"), Ample)),
            ];
            await Task.Delay(40 * i);
            sandbox.Dispose();
            foreach (Task<SandboxResult> run in runs)
            {
                Exception? exception = await Record.ExceptionAsync(() => run.WaitAsync(TimeSpan.FromSeconds(20)));
                Assert.True(exception is null or ObjectDisposedException or SandboxUnavailableException, exception?.ToString());
                Assert.True(exception is not null || (await run).Outcome == SandboxOutcome.SandboxFailure);
            }

            await HostState.AssertNoneAsync(User);
        }
    }

    private static async Task RunAsync(BubblewrapSandbox sandbox, int number)
    {
        (string body, SandboxLimits limits, SandboxOutcome outcome) = Kinds[number % Kinds.Length];
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("import os, time\n" + body), limits);
        Assert.True(result.Outcome == outcome, $"run {number}, {body}: {result}");
    }
}
