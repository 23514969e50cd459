using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// Programs that try to run on after their limit. Each must end at it, leave no process and no harm to the next run.
/// </summary>
/// <remarks>
/// The bounds are tight, so nothing runs beside these. That the search for survivors finds some is proven by
/// <see cref="Orphans_WithoutIsolation_Survive"/>.
/// </remarks>
[Collection(nameof(SandboxLeakTests))]
public sealed class OutlivingTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    private static readonly SandboxLimits Limits = new() { WallTime = TimeSpan.FromSeconds(0.6), CpuTime = TimeSpan.FromSeconds(30) };

    /// <summary>All signals are ignored, also by the processes that are forked later.</summary>
    private const string IgnoreSignals = """
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass

        """;

    /// <summary>A process without session, parent and descriptors stays behind.</summary>
    private const string Daemon = """
        def become_daemon():
            os.setsid()
            if os.fork():
                os._exit(0)
            for descriptor in range(256):
                try:
                    os.close(descriptor)
                except OSError:
                    pass
            time.sleep(1000)

        """;

    public static TheoryData<string, string> Endless { get; } =
        new()
        {
            { "sleeps", "time.sleep(1000)" },
            { "ignores all signals", IgnoreSignals + "time.sleep(1000)" },
            {
                "blocks all signals",
                """
                    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
                    time.sleep(1000)
                    """
            },
            {
                "stops itself",
                """
                    os.kill(os.getpid(), signal.SIGSTOP)
                    time.sleep(1000)
                    """
            },
            {
                "is stopped by its child",
                """
                    if os.fork() == 0: os.kill(os.getppid(), signal.SIGSTOP)
                    time.sleep(1000)
                    """
            },
            {
                "stops its group",
                """
                    os.kill(0, signal.SIGSTOP)
                    time.sleep(1000)
                    """
            },
            {
                "stops all others",
                """
                    os.fork()
                    try: os.kill(-1, signal.SIGSTOP)
                    except OSError: pass
                    time.sleep(1000)
                    """
            },
            {
                "leaves a daemon and waits",
                Daemon
                    + """
                        if os.fork() == 0: become_daemon()
                        time.sleep(1000)
                        """
            },
            {
                "leaves daemons that ignore signals",
                IgnoreSignals
                    + Daemon
                    + """
                        for _ in range(4):
                            if os.fork() == 0: become_daemon()
                        time.sleep(1000)
                        """
            },
            {
                "closes everything",
                """
                    os.closerange(0, 256)
                    time.sleep(1000)
                    """
            },
            {
                "sends each signal to its first process",
                """
                    for number in range(1, 65):
                        try: os.kill(1, number)
                        except OSError: pass
                    time.sleep(1000)
                    """
            },
            {
                "stops its first process again and again",
                """
                    while True:
                        for number in (19, 20, 21, 22):
                            try: os.kill(1, number)
                            except OSError: pass
                        time.sleep(0.001)
                    """
            },
            {
                "clears parent-death signals",
                """
                    for number in (1, 4, 36):
                        for value in (0, 1):
                            try: libc.prctl(number, value, 0, 0, 0)
                            except OSError: pass
                    time.sleep(1000)
                    """
            },
            {
                "is traced by its child",
                """
                    if os.fork() == 0: libc.ptrace(16, os.getppid(), 0, 0)
                    time.sleep(1000)
                    """
            },
            {
                "hands itself over by vfork",
                """
                    libc.vfork()
                    time.sleep(1000)
                    """
            },
            {
                "forks on and on",
                """
                    first = os.getpid()
                    while True:
                        try:
                            if os.fork():
                                if os.getpid() == first:
                                    time.sleep(1000)
                                os._exit(0)
                        except OSError:
                            pass
                    """
            },
            {
                "holds its first process by a lock on the system",
                """
                    for _ in range(8):
                        if os.fork() == 0: break
                    while True: os.listdir('/proc/1')
                    """
            },
            {
                "lowers the priority of all",
                """
                    for kind in (0, 1, 2):
                        for who in (0, 1):
                            try: os.setpriority(kind, who, 19)
                            except OSError: pass
                    for _ in range(12):
                        if os.fork() == 0: break
                    while True: pass
                    """
            },
        };

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task Program_ThatNeverEnds_IsDeadAtTheLimit(string what, string body)
    {
        string mark = $"outlive-{Guid.NewGuid():N}";
        SandboxResult result = await fixture.RunAsync(AttackSource.Marked(mark, body), Limits);
        Assert.True(result.Outcome == SandboxOutcome.WallTimeExceeded, $"{what}: {result}");
        Assert.Equal(137, result.ExitCode);
        Assert.InRange(result.WallTime, Limits.WallTime, Limits.WallTime + TimeSpan.FromSeconds(1));
        await HostProcesses.AssertNoneAsync(mark);
        await AssertWorksAsync();
    }

    /// <summary>The program ends, and what it left doesn't stay.</summary>
    [Theory]
    [InlineData("if os.fork() == 0: become_daemon()\nos.wait()\ntime.sleep(0.2)")]
    [InlineData("if os.fork() == 0: become_daemon()\nos.kill(os.getpid(), signal.SIGKILL)")]
    [InlineData("for _ in range(10):\n    if os.fork() == 0: time.sleep(1000)")]
    [InlineData("import threading\nthreading.Thread(target=time.sleep, args=(1000,)).start()\nos.fork() or time.sleep(1000)\nos._exit(0)")]
    [InlineData("if os.fork() == 0:\n    os.kill(os.getpid(), signal.SIGSTOP)\ntime.sleep(0.2)")]
    [InlineData("a, b = socket.socketpair()\nsocket.send_fds(a, [b'x'], [1, 2, b.fileno()])\nos._exit(0)")]
    public async Task Orphans_DieWithTheProgram(string body)
    {
        string mark = $"orphan-{Guid.NewGuid():N}";
        SandboxResult result = await fixture.RunAsync(AttackSource.Marked(mark, Daemon + body));
        Assert.True(result.Outcome is SandboxOutcome.Passed or SandboxOutcome.Crashed, result.ToString());
        Assert.InRange(result.WallTime, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await HostProcesses.AssertNoneAsync(mark);
        await AssertWorksAsync();
    }

    [Fact]
    public async Task Orphans_WithoutIsolation_Survive()
    {
        string mark = $"survivor-{Guid.NewGuid():N}";
        try
        {
            await fixture.RunUnisolatedAsync(AttackSource.Marked(mark, Daemon + "if os.fork() == 0: become_daemon()\nos.wait()"));
            Assert.NotEmpty(HostProcesses.Find(mark));
        }
        finally
        {
            HostProcesses.Kill(mark);
        }
    }

    private async Task AssertWorksAsync() =>
        Assert.Equal(
            (SandboxOutcome.Passed, "works\n"),
            await fixture.RunAsync("print('works')") is { } next ? (next.Outcome, next.StandardOutput) : default
        );
}
