using System.Diagnostics;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox.Bubblewrap;

/// <summary>
/// The server is killed or stopped from outside, as a system that runs out of memory does it. Only the runs of that moment notice.
/// </summary>
public sealed class ServerFailureTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private const int Stop = 19;
    private static readonly SandboxProgram Sleeper = new("import time; time.sleep(1); print('awake')");

    /// <summary>A folder that doesn't exist, by which the server of this test is found among others.</summary>
    private readonly string mark = $"/no-such-folder-{Guid.NewGuid():N}";

    [Fact]
    public async Task Execute_ServerKilled_RunsAgain()
    {
        using BubblewrapSandbox sandbox = Create(maxRetries: 4);
        Task<SandboxResult> run = sandbox.ExecuteAsync(Sleeper);
        await KillServerAsync();
        SandboxResult result = await run;
        Assert.Equal((SandboxOutcome.Passed, "awake\n"), (result.Outcome, result.StandardOutput));
    }

    [Fact]
    public async Task Execute_ServerKilledAndNoRetries_IsTheSandboxsFailureAndNotTheEnd()
    {
        using BubblewrapSandbox sandbox = Create(maxRetries: 0);
        Task<SandboxResult> run = sandbox.ExecuteAsync(Sleeper);
        await KillServerAsync();
        SandboxResult result = await run;
        Assert.Equal((SandboxOutcome.SandboxFailure, -1, ""), (result.Outcome, result.ExitCode, result.StandardOutput));
        Assert.Contains("1 times in a row", result.Message);
        Assert.Equal(SandboxOutcome.Passed, (await sandbox.ExecuteAsync(Sleeper)).Outcome);
    }

    [Fact]
    public async Task Execute_ServerThatHangs_IsKilledAtTheLimit()
    {
        using BubblewrapSandbox sandbox = Create(maxRetries: 0);
        await sandbox.EnsureAvailableAsync();
        Task<SandboxResult> run = sandbox.ExecuteAsync(
            new SandboxProgram("import time; time.sleep(1000)"),
            new SandboxLimits { WallTime = TimeSpan.FromSeconds(1) }
        );
        await Task.Delay(300);
        foreach (int server in Servers())
        {
            _ = kill(server, Stop);
        }

        long started = Stopwatch.GetTimestamp();
        Assert.Equal(SandboxOutcome.WallTimeExceeded, (await run).Outcome);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Empty(HostProcesses.Find(mark));
        Assert.Equal(SandboxOutcome.Passed, (await sandbox.ExecuteAsync(Sleeper)).Outcome);
    }

    [Fact]
    public async Task Dispose_WhileAProgramRuns_KillsIt()
    {
        string program = $"disposed-{Guid.NewGuid():N}";
        BubblewrapSandbox sandbox = Create(maxRetries: 0);
        Task<SandboxResult> run = sandbox.ExecuteAsync(
            new SandboxProgram($"import os; os.execv('/usr/bin/python3', ['python3', '-c', 'import time; time.sleep(1000)', '{program}'])")
        );
        while (HostProcesses.Find(program).Count == 0)
        {
            await Task.Delay(20);
        }

        sandbox.Dispose();
        await HostProcesses.AssertNoneAsync(program);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sandbox.ExecuteAsync(Sleeper));
    }

    private BubblewrapSandbox Create(int maxRetries)
    {
        fixture.SkipIfUnavailable();
        SandboxLanguage marked = SandboxLanguages.Python with { Folders = [mark] };
        return new BubblewrapSandbox(new BubblewrapSandboxOptions { MaxRetries = maxRetries, Languages = [marked] });
    }

    private async Task KillServerAsync()
    {
        while (Servers().Count == 0)
        {
            await Task.Delay(20);
        }

        await Task.Delay(500); // the program runs now
        foreach (int server in Servers())
        {
            _ = kill(server, 9);
        }
    }

    /// <summary>The servers' process ids: the children of those whose command line holds the mark.</summary>
    private List<int> Servers() =>
        [
            .. HostProcesses
                .FindIds(mark)
                .SelectMany(id => File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(int.Parse),
        ];

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern int kill(int process, int signal);
}
