using System.Diagnostics;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>Attacks by what the kernel keeps for all programs, and by what it tells of them.</summary>
public sealed class SharedKernelTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    /// <summary>A lock needs no right to write, and the machine's files and devices are the same for all.</summary>
    [Fact]
    public async Task Locks_OnFilesOfTheMachine_ReachNobody()
    {
        const string Holder = """
            files = [os.open(name, os.O_RDONLY) for name in ("/dev/null", "/usr/bin/python3")]
            for file in files:
                attempt("lock", lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB))
            print("end", flush=True)
            time.sleep(3)
            """;
        const string Finder = """
            def find(name):
                fcntl.flock(os.open(name, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
            for name in ("/dev/null", "/usr/bin/python3"):
                try:
                    find(name)
                except BlockingIOError:
                    print("did see the lock of", name)
            print("end")
            """;
        Task<SandboxResult> holder = fixture.RunAsync(AttackSource.Of(Holder));
        await Task.Delay(1000);
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(AttackSource.Of(Finder)));
        Assert.Equal(SandboxOutcome.Passed, (await holder).Outcome);

        holder = fixture.RunAsync(AttackFixture.WithoutFilter, AttackSource.Of(Holder));
        await Task.Delay(1000);
        SandboxResult found = await fixture.RunAsync(AttackFixture.WithoutFilter, AttackSource.Of(Finder));
        Assert.Contains("see the lock of /usr/bin/python3", AttackSource.Achieved(found));
        Assert.Equal(SandboxOutcome.Passed, (await holder).Outcome);
    }

    /// <summary>The kernel writes a process' name into the file that is read to watch it.</summary>
    [Theory]
    [InlineData(@"\rVmPTE:\t999999")]
    [InlineData(@"\x0bRssAnon: 99")]
    [InlineData(@"x\nVmPTE:\t9999")]
    [InlineData(@") R 1 1 1 1 1")]
    public async Task Name_ThatLooksLikeAReport_IsNotRead(string name)
    {
        SandboxResult result = await fixture.RunAsync(
            AttackSource.Of($"attempt('name', lambda: call(157, 15, ctypes.c_char_p(b'{name}'), 0, 0, 0))\ntime.sleep(0.5)")
        );
        Assert.Equal((SandboxOutcome.Passed, "did name\n"), (result.Outcome, result.StandardOutput));
        result = await fixture.RunAsync(
            AttackSource.Of(
                @"call(157, 15, ctypes.c_char_p(b'\rVmPTE:\t-99999'), 0, 0, 0)" + "\nheld = bytearray(b'x' * (200 << 20))\ntime.sleep(5)"
            ),
            new SandboxLimits { MemoryBytes = 128 << 20 }
        );
        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
    }

    /// <summary>Descriptors in a cycle of sockets stay open after their process' end, until the kernel collects them.</summary>
    [Fact]
    public async Task Descriptors_SentInACycle_DoNotHoldTheRun()
    {
        const string Source = """
            for _ in range(20):
                a, b = socket.socketpair()
                socket.send_fds(a, [b"x"], [a.fileno(), b.fileno(), 0, 1, 2])
                a.close(), b.close()
            print("sent")
            """;
        for (int i = 0; i < 5; i++)
        {
            long started = Stopwatch.GetTimestamp();
            SandboxResult result = await fixture.RunAsync(AttackSource.Of(Source));
            Assert.Equal((SandboxOutcome.Passed, "sent\n"), (result.Outcome, result.StandardOutput));
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        }
    }

    /// <summary>Nobody is told what children use that nobody waits for, and each lives for less than the time between two looks.</summary>
    [Theory]
    [InlineData("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", SandboxOutcome.CpuTimeExceeded)]
    [InlineData("pass", SandboxOutcome.CpuTimeExceeded)]
    public async Task ProcessorTime_OfShortChildren_Counts(string before, SandboxOutcome expected)
    {
        string source = AttackSource.Of(
            $"""
            {before}
            end = time.monotonic() + 20
            while time.monotonic() < end:
                child = os.fork()
                if child == 0:
                    stop = time.process_time() + 0.01
                    while time.process_time() < stop:
                        pass
                    os._exit(0)
                try:
                    os.waitpid(child, 0)
                except ChildProcessError:
                    pass
            """
        );
        SandboxLimits limits = new() { CpuTime = TimeSpan.FromSeconds(1), WallTime = TimeSpan.FromSeconds(60) };
        SandboxResult result = await fixture.RunAsync(source, limits);
        Assert.True(result.Outcome == expected, result.ToString());
    }

    /// <summary>A program that runs for two thirds of its limit in short children, which it waits for, isn't over it.</summary>
    [Fact]
    public async Task ProcessorTime_OfShortChildrenBelowTheLimit_Passes()
    {
        string source = AttackSource.Of(
            """
            for _ in range(130):
                child = os.fork()
                if child == 0:
                    stop = time.process_time() + 0.01
                    while time.process_time() < stop:
                        pass
                    os._exit(0)
                os.waitpid(child, 0)
            """
        );
        SandboxResult result = await fixture.RunAsync(
            source,
            new SandboxLimits { CpuTime = TimeSpan.FromSeconds(3), WallTime = TimeSpan.FromSeconds(60) }
        );
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.ToString());
    }

    [Theory]
    [InlineData("/proc/self/clear_refs", "5")]
    [InlineData("/proc/self/oom_score_adj", "0")]
    [InlineData("/proc/self/coredump_filter", "ff")]
    public async Task Settings_OfAProcess_AreReadOnly(string file, string value)
    {
        SandboxResult result = await fixture.RunAsync(
            AttackSource.Of($"attempt('write', lambda: open('{file}', 'w').write('{value}'))\nprint('end')")
        );
        AttackSource.AssertNothingAchieved(result);
    }
}
