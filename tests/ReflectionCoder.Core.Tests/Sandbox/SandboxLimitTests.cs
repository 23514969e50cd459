using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox;

public sealed class SandboxLimitTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly SandboxLimits OneSecondOfWall = new()
    {
        WallTime = TimeSpan.FromSeconds(1),
        CpuTime = TimeSpan.FromSeconds(30),
    };
    private static readonly SandboxLimits OneSecondOfCpu = new() { WallTime = TimeSpan.FromSeconds(30), CpuTime = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData("while True: pass")]
    [InlineData("import time; time.sleep(100)")]
    [InlineData(
        "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile "
            + "True: pass"
    )]
    [InlineData("import os\nos.close(1); os.close(2)\nwhile True: pass")]
    [InlineData("import os, time\nif os.fork(): time.sleep(100)\nos.setsid()\ntime.sleep(100)")]
    public async Task Execute_OverWallTime_TimesOutInTime(string source)
    {
        SandboxResult result = await fixture.RunAsync(source, OneSecondOfWall);
        Assert.Equal((SandboxOutcome.WallTimeExceeded, 137), (result.Outcome, result.ExitCode));
        Assert.InRange(result.WallTime, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("while True: pass")]
    [InlineData("import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass")]
    public async Task Execute_OverCpuTime_TimesOut(string source)
    {
        SandboxResult result = await fixture.RunAsync(source, OneSecondOfCpu);
        Assert.Equal(SandboxOutcome.CpuTimeExceeded, result.Outcome);
        Assert.InRange(result.WallTime, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Execute_OutputBeforeTimeOut_IsKept()
    {
        SandboxResult result = await fixture.RunAsync("import time; print('before', flush=True); time.sleep(100)", OneSecondOfWall);
        Assert.Equal("before\n", result.StandardOutput);
    }

    [Fact]
    public async Task Execute_OverMemory_IsOutOfMemory()
    {
        SandboxResult result = await fixture.RunAsync(
            "x = []\nwhile True: x.append(bytearray(1 << 20))",
            new SandboxLimits { MemoryBytes = 256 << 20 }
        );
        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
    }

    [Fact]
    public async Task Execute_AllocationThatIsRefused_IsTheProgramsFailure()
    {
        SandboxResult result = await fixture.RunAsync("x = bytearray(10 << 30)", new SandboxLimits { MemoryBytes = 256 << 20 });
        Assert.Equal((SandboxOutcome.Failed, 1), (result.Outcome, result.ExitCode)); // it held little
        Assert.EndsWith("MemoryError\n", result.StandardError);
    }

    [Fact]
    public async Task Execute_ManyProcessesOverTotalMemory_AreStopped()
    {
        var limits = new SandboxLimits
        {
            MemoryBytes = 200 << 20,
            WallTime = TimeSpan.FromSeconds(20),
            CpuTime = TimeSpan.FromSeconds(20),
        };
        SandboxResult result = await fixture.RunAsync(
            "import os, time\nfor _ in range(6):\n    if os.fork() == 0: break\nx = bytearray(b'x' * (40 << 20))\ntime.sleep(100)",
            limits
        );
        Assert.Equal(SandboxOutcome.OutOfMemory, result.Outcome);
        Assert.InRange(result.WallTime, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    /// <summary>Python starts others by vfork: until they execute something else, both show the same memory.</summary>
    [Fact]
    public async Task Execute_StartingOthersWhileHoldingMemory_CountsItOnce()
    {
        SandboxResult result = await fixture.RunAsync(
            "import subprocess\nheld = b'x' * (100 << 20)\nfor _ in range(200): subprocess.run(['/bin/true'])\nprint('fine')",
            new SandboxLimits { MemoryBytes = 160 << 20, WallTime = TimeSpan.FromSeconds(60) }
        );
        Assert.Equal((SandboxOutcome.Passed, "fine\n"), (result.Outcome, result.StandardOutput));
    }

    [Fact]
    public async Task Execute_ForkBomb_IsHeldAndSparesOthers()
    {
        const string Bomb = """
            import os, time
            children = 0
            try:
                while True:
                    if os.fork() == 0:
                        time.sleep(100)
                    children += 1
            except BlockingIOError:
                print(children, flush=True)
            while True:
                try:
                    os.fork()
                except BlockingIOError:
                    pass
            """;
        Task<SandboxResult>[] bombs =
        [
            .. Enumerable.Range(0, 2).Select(_ => fixture.RunAsync(Bomb, OneSecondOfWall with { Processes = 8 })),
        ];
        SandboxResult other = await fixture.RunAsync("import os; print(os.fork() >= 0)");
        Assert.Equal(SandboxOutcome.Passed, other.Outcome);
        foreach (SandboxResult result in await Task.WhenAll(bombs))
        {
            Assert.Equal((SandboxOutcome.WallTimeExceeded, "7\n"), (result.Outcome, result.StandardOutput));
        }
    }

    [Fact]
    public async Task Execute_ManyThreads_AreHeld()
    {
        SandboxResult result = await fixture.RunAsync(
            "import threading, time\nfor i in range(100): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
            new SandboxLimits { Processes = 8 }
        );
        Assert.Equal(SandboxOutcome.Failed, result.Outcome);
        Assert.Contains("can't start new thread", result.StandardError);
    }

    [Theory]
    [InlineData("stdout")]
    [InlineData("stderr")]
    public async Task Execute_OutputFlood_IsStoppedEarly(string stream)
    {
        SandboxResult result = await fixture.RunAsync(
            $"import sys\nwhile True: sys.{stream}.write('x' * 65536)",
            new SandboxLimits { OutputBytes = 1000 }
        );
        Assert.Equal(SandboxOutcome.OutputLimitExceeded, result.Outcome);
        Assert.True(result.OutputTruncated);
        string kept = stream == "stdout" ? result.StandardOutput : result.StandardError;
        Assert.Equal(1000, kept.Split('\n').Sum(line => line.Count(character => character == 'x'))); // without the line that says so
        Assert.InRange(result.WallTime, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Execute_LongOutput_IsCutBetweenCharacters()
    {
        SandboxResult result = await fixture.RunAsync("print('aé' * 900)", new SandboxLimits { OutputBytes = 1000 });
        Assert.Equal((SandboxOutcome.Passed, true), (result.Outcome, result.OutputTruncated));
        string half = string.Concat(Enumerable.Repeat("aé", 166));
        Assert.StartsWith(half + "a\n", result.StandardOutput);
        Assert.EndsWith("\n" + half + "\n", result.StandardOutput);
        Assert.DoesNotContain('\uFFFD', result.StandardOutput);
    }

    [Theory]
    [InlineData("/box/big")]
    [InlineData("/dev/shm/big")]
    public async Task Execute_FillingTheWorkFolder_Fails(string path)
    {
        string source = $"""
            import errno
            total = 0
            try:
                for n in range(100):
                    with open("{path}" + str(n), "wb") as f:
                        total += f.write(bytes(1 << 20))
            except OSError as error:
                print(errno.errorcode[error.errno], total >> 20)
            """;
        SandboxResult result = await fixture.RunAsync(source, new SandboxLimits { WorkFolderBytes = 8 << 20 });
        Assert.StartsWith("ENOSPC ", result.StandardOutput);
        Assert.InRange(int.Parse(result.StandardOutput.Split(' ')[1]), 5, 8);
    }

    [Fact]
    public async Task Execute_RaisingItsLimits_IsRefused()
    {
        SandboxResult result = await fixture.RunAsync(
            """
            import resource
            for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
                try:
                    resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                    print("raised", kind)
                except ValueError:
                    pass
            """
        );
        Assert.Equal((SandboxOutcome.Passed, ""), (result.Outcome, result.StandardOutput));
    }
}
