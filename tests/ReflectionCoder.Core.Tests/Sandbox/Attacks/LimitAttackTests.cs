using System.Globalization;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>Attempts to have more than a limit allows, by combining what is limited.</summary>
public sealed class LimitAttackTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    /// <summary>Threads count as processes do, in whatever process they are.</summary>
    [Fact]
    public async Task Processes_WithThreads_AreLimitedTogether()
    {
        string source = AttackSource.Of(
            """
            import threading
            reader, writer = os.pipe()
            def bomb():
                while True:
                    try:
                        if os.fork() == 0:
                            os.write(writer, b"x")
                        threading.Thread(target=time.sleep, args=(1000,)).start()
                        os.write(writer, b"x")
                    except (OSError, RuntimeError):
                        time.sleep(0.01)
            if os.fork() == 0:
                os.write(writer, b"x")
                bomb()
            time.sleep(1)
            processes = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
            print(1 + len(os.read(reader, 4096)), sum(len(os.listdir(f"/proc/{name}/task")) for name in processes), flush=True)
            os._exit(0)
            """
        );
        SandboxResult result = await fixture.RunAsync(source, new SandboxLimits { Processes = 12 });
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.ToString());
        Assert.Equal("12 12\n", result.StandardOutput);
    }

    /// <summary>Processes that end at once must not use up ids, or the first process's time.</summary>
    [Fact]
    public async Task Processes_ThatEndAtOnce_LeaveRoomForOthers()
    {
        string source = AttackSource.Of(
            """
            made = 0
            end = time.monotonic() + 2
            while time.monotonic() < end:
                try:
                    if os.fork() == 0:
                        try:
                            os.fork()
                        finally:
                            os._exit(0)
                    os.wait()
                    made += 1
                except BlockingIOError:  # orphans that the first process hasn't reaped yet
                    pass
            time.sleep(0.2)
            print(made, len([name for name in os.listdir("/proc") if name.isdigit()]))
            """
        );
        SandboxResult result = await fixture.RunAsync(source, new SandboxLimits { Processes = 8, WallTime = TimeSpan.FromSeconds(30) });
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.ToString());
        string[] counts = result.StandardOutput.Trim().Split(' ');
        Assert.InRange(int.Parse(counts[0], CultureInfo.InvariantCulture), 50, int.MaxValue);
        Assert.Equal("2", counts[1]);
    }

    [Fact]
    public async Task Files_OpenAtOnce_AreLimited()
    {
        string source = AttackSource.Of(
            """
            attempt("use a high number", lambda: os.dup2(1, 64))
            attempt("raise the limit", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (65, 65)))
            count = 3
            try:
                while True:
                    os.open("/box", os.O_RDONLY)
                    count += 1
            except OSError as error:
                print(count, error.strerror)
            """
        );
        SandboxResult result = await fixture.RunAsync(source, new SandboxLimits { OpenFiles = 64 });
        Assert.Equal("64 Too many open files\n", result.StandardOutput);
        Assert.Equal(
            ["use a high number"],
            AttackSource.Achieved(await fixture.RunUnisolatedAsync(AttackSource.Of("attempt('use a high number', lambda: os.dup2(1, 64))")))
        );
    }

    [Theory]
    [InlineData("write", "os.write(file, bytes(9 << 20)) > 8 << 20 or refuse()")]
    [InlineData("write far away", "os.pwrite(file, b'x', 1 << 40)")]
    [InlineData("truncate", "os.ftruncate(file, 1 << 40)")]
    [InlineData("allocate", "os.posix_fallocate(file, 0, 9 << 20)")]
    [InlineData(
        "several",
        "[os.write(os.open(str(n), os.O_CREAT | os.O_WRONLY), bytes(3 << 20)) == 3 << 20 or refuse() for n in range(3)]"
    )]
    [InlineData(
        "deleted",
        "[(os.write(os.open('x', os.O_CREAT | os.O_WRONLY), bytes(3 << 20)) == 3 << 20 or refuse(), os.unlink('x')) for n in range(3)]"
    )]
    public async Task Files_Size_IsLimited(string name, string action)
    {
        string source = AttackSource.Of(
            $"""
            def refuse():
                raise OSError("less was written")
            file = os.open("file", os.O_CREAT | os.O_WRONLY)
            attempt("{name}", lambda: {action})
            print("end")
            """
        );
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(source, new SandboxLimits { WorkFolderBytes = 8 << 20 }));
        Assert.Equal(
            [name],
            AttackSource.Achieved(await fixture.RunUnisolatedAsync(source, new SandboxLimits { WorkFolderBytes = 2L << 40 }))
        );
    }

    /// <summary>The kernel's own limit counts whole seconds.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public async Task ProcessorTime_OfLessThanASecond_IsExact(double seconds)
    {
        SandboxLimits limits = new() { CpuTime = TimeSpan.FromSeconds(seconds), WallTime = TimeSpan.FromSeconds(30) };
        SandboxResult over = await fixture.RunAsync("while True: pass", limits);
        Assert.Equal(SandboxOutcome.CpuTimeExceeded, over.Outcome);
        Assert.InRange(over.CpuTime.TotalSeconds, seconds, seconds + 0.4);

        SandboxResult below = await fixture.RunAsync(
            $"import time\nwhile time.process_time() < {seconds - 0.2}: pass\ntime.sleep(1)",
            limits
        );
        Assert.True(below.Outcome == SandboxOutcome.Passed, below.ToString());
        Assert.InRange(below.CpuTime.TotalSeconds, seconds - 0.25, seconds);
    }

    [Fact]
    public async Task WallTime_OfLessThanASecond_IsExact()
    {
        SandboxResult result = await fixture.RunAsync(
            "import time; time.sleep(9)",
            new SandboxLimits { WallTime = TimeSpan.FromSeconds(0.3) }
        );
        Assert.Equal(SandboxOutcome.WallTimeExceeded, result.Outcome);
        Assert.InRange(result.WallTime.TotalSeconds, 0.3, 3);
    }
}
