using System.Globalization;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// Memory of all kinds that together exceeds the limit: a program that holds it must not pass. Without the watch, or the filter of calls,
/// each of these programs passes.
/// </summary>
[Collection(nameof(SandboxLeakTests))]
public sealed class MemoryTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    private const int LimitMebibytes = 160;

    private static readonly SandboxLimits Limits = new()
    {
        MemoryBytes = LimitMebibytes << 20,
        CpuTime = TimeSpan.FromSeconds(30),
        WallTime = TimeSpan.FromSeconds(40),
    };

    [Theory]
    [MemberData(nameof(MemoryAttacks.Watched), MemberType = typeof(MemoryAttacks))]
    public async Task Memory_AboveTheLimit_IsSeen(string kind, string body) =>
        await AssertNeverHeldAsync(kind, fixture.With(AttackFixture.WithoutWatch), body);

    [Theory]
    [MemberData(nameof(MemoryAttacks.Hidden), MemberType = typeof(MemoryAttacks))]
    [MemberData(nameof(BufferAttacks.Buffered), MemberType = typeof(BufferAttacks))]
    public async Task Memory_OfNoProcess_StaysBelowTheLimit(string kind, string body) =>
        await AssertNeverHeldAsync(kind, fixture.With(AttackFixture.WithNothing), body);

    [Theory]
    [MemberData(nameof(MemoryAttacks.OfDevices), MemberType = typeof(MemoryAttacks))]
    public async Task Memory_OfADevice_StaysBelowTheLimit(string kind, string body) =>
        await AssertNeverHeldAsync(kind, fixture.Unisolated, body);

    /// <summary>The system limits the pipes of a user, unless it is root.</summary>
    [Fact]
    public async Task Pipes_OfAllProcesses_StayBelowTheLimit()
    {
        string source = AttackSource.Of(MemoryAttacks.Tools + BufferAttacks.FillPipes);
        Assert.InRange(Held(await fixture.RunAsync(source, Limits, AttackFixture.Roomy)), 0, LimitMebibytes);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root could hold more.");
        SandboxLimits ample = Limits with { MemoryBytes = 2L << 30 };
        Assert.InRange(Held(await fixture.RunUnisolatedAsync(source, ample, AttackFixture.Roomy)), LimitMebibytes, int.MaxValue);
    }

    /// <summary>The tables that describe memory are memory too: 4 KiB for each 2 MiB of addresses that were only read.</summary>
    [Fact]
    public async Task PageTables_AboveTheLimit_AreSeen()
    {
        const string Body = """
            area = mmap.mmap(-1, TARGET * MIB * 512, 0x4022, 1)
            for place in range(0, len(area), 2 * MIB):
                area[place]
            finish(TARGET)
            """;
        await AssertNeverHeldAsync("page tables", fixture.With(AttackFixture.WithoutWatch), Body);
    }

    /// <summary>Memory that forked processes share is there once.</summary>
    [Fact]
    public async Task ForkedProcesses_SharedMemory_CountsOnce()
    {
        const string Body = """
            area = map_memory(100 * MIB, 0x22)
            ctypes.memset(area, 1, 100 * MIB)
            for _ in range(8):
                if os.fork() == 0:
                    time.sleep(0.6)
                    os._exit(0)
            for _ in range(8):
                os.wait()
            finish(100)
            """;
        SandboxResult result = await fixture.RunAsync(AttackSource.Of(MemoryAttacks.Tools + Body), Limits);
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.ToString());
        Assert.Equal(100, Held(result));
    }

    /// <summary>Sums of what changes while it is read must not exceed what there is.</summary>
    [Fact]
    public async Task ForkedProcesses_ThatEndAllTheTime_CountOnce()
    {
        const string Body = """
            kept = b"x" * (100 * MIB)
            end = time.monotonic() + 3
            while time.monotonic() < end:
                for _ in range(8):
                    if os.fork() == 0:
                        time.sleep(0.03)
                        os._exit(0)
                for _ in range(8):
                    os.wait()
            finish(100)
            """;
        SandboxResult result = await fixture.RunAsync(AttackSource.Of(MemoryAttacks.Tools + Body), Limits);
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.ToString());
    }

    /// <summary>A process that calls vfork, as Python does to start another, has the same memory as its child for a moment.</summary>
    [Fact]
    public async Task StartedProcesses_SharedMemory_CountsOnce()
    {
        const string Body = """
            import subprocess
            kept = b"x" * (100 * MIB)
            end = time.monotonic() + 3
            while time.monotonic() < end:
                subprocess.run(["/bin/true"], check=True)
            finish(100)
            """;
        SandboxResult result = await fixture.RunAsync(AttackSource.Of(MemoryAttacks.Tools + Body), Limits);
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.ToString());
    }

    /// <summary>Folders in memory: neither many names nor long ones get around the limit of their size.</summary>
    [Theory]
    [InlineData("empty files", "os.close(os.open(name, os.O_CREAT | os.O_WRONLY))", 1)]
    [InlineData("folders", "os.mkdir(name)", 1)]
    [InlineData("sockets", "socket.socket(socket.AF_UNIX).bind(name)", 1)]
    [InlineData("long links", "os.symlink('x' * 4000, name)", 5)]
    [InlineData("attributes", "os.close(os.open(name, os.O_CREAT | os.O_WRONLY)); os.setxattr(name, b'user.x', bytes(4000))", 5)]
    public async Task Inodes_Many_ReachALimit(string kind, string action, int kibibytesEach)
    {
        string source = AttackSource.Of(
            $$"""
            made = 0
            for folder in ("/box/", "/dev/shm/"):
                try:
                    for i in range(100_000):
                        name = folder + str(i)
                        {{action}}
                        made += 1
                except OSError as error:
                    print(error.strerror, file=sys.stderr)
            print(made)
            """
        );
        SandboxResult result = await fixture.RunAsync(source, Limits);
        Assert.True(result.Outcome == SandboxOutcome.Passed, $"{kind}: {result}");
        int made = int.Parse(result.StandardOutput, CultureInfo.InvariantCulture);
        Assert.InRange(made, 0, LimitMebibytes * 1024 / kibibytesEach); // 100,000 in each folder, if nothing stops it
    }

    private async Task AssertNeverHeldAsync(string kind, ICodeSandbox weaker, string body)
    {
        string source = AttackSource.Of(MemoryAttacks.Tools + body);
        SandboxResult result = await fixture.RunAsync(source, Limits, AttackFixture.Roomy);
        Assert.True(result.Outcome != SandboxOutcome.Passed || Held(result) < LimitMebibytes, $"{kind} held {Held(result)} MiB: {result}");

        SandboxLimits ample = Limits with { MemoryBytes = weaker is UnisolatedSandbox ? 2L << 30 : Limits.MemoryBytes };
        SandboxResult weakened = await weaker.ExecuteAsync(new SandboxProgram(source, AttackFixture.Roomy), ample);
        Assert.SkipWhen(Held(weakened) < LimitMebibytes, $"This system lets no program hold {kind}: {weakened}");
        Assert.Equal(SandboxOutcome.Passed, weakened.Outcome);
    }

    /// <summary>How many mebibytes a program says it held; 0 if it didn't come so far.</summary>
    private static int Held(SandboxResult result) =>
        result.StandardOutput.StartsWith("held ", StringComparison.Ordinal)
            ? int.Parse(result.StandardOutput[5..], CultureInfo.InvariantCulture)
            : 0;
}
