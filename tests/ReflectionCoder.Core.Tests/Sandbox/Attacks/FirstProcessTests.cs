using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Bubblewrap;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>Attacks on the trusted process that each program runs below, on the server, and on other programs' processes.</summary>
public sealed class FirstProcessTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    /// <summary>The first process writes the report, so a program that controls it forges results and lives for ever.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FirstProcess_MemoryAndFiles_AreOutOfReach(bool forks)
    {
        string source = AttackSource.Of(
            """
            class Range(ctypes.Structure):
                _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
            def address():
                for line in open("/proc/1/maps"):
                    if " rw" in line:
                        return int(line.split("-")[0], 16)
                raise OSError("no memory")
            def copy(number):
                buffer = ctypes.create_string_buffer(8)
                here, there = Range(ctypes.addressof(buffer), 8), Range(address(), 8)
                call(number, 1, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
            def trace(request):
                call(101, request, 1, 0, 0)
                if request == 16:
                    os.waitpid(1, 0)
                    call(101, 17, 1, 0, 0)
            attempt("read its map", address)
            attempt("open its memory to read", lambda: os.open("/proc/1/mem", os.O_RDONLY))
            attempt("open its memory to write", lambda: os.open("/proc/1/mem", os.O_RDWR))
            attempt("process_vm_readv", lambda: copy(310))
            attempt("process_vm_writev", lambda: copy(311))
            attempt("ptrace", lambda: trace(16))
            attempt("list its descriptors", lambda: os.listdir("/proc/1/fd"))
            attempt("open a descriptor", lambda: os.open("/proc/1/fd/" + max(os.listdir("/proc/1/fd")), os.O_RDWR))
            attempt("list its root", lambda: os.listdir("/proc/1/root/"))
            attempt("read its environment", lambda: open("/proc/1/environ").read())
            attempt("pidfd_getfd", lambda: [call(438, os.pidfd_open(1), number, 0) for number in range(4)])
            attempt("write its oom score", lambda: open("/proc/1/oom_score_adj", "w").write("1000"))
            print("end")
            """
        );
        SkipIfTracingIsRestricted();
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(IsolationProfile.Full, source, forks: forks));
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(AttackFixture.WithoutFilter, source, forks: forks));
        IReadOnlyList<string> achieved = AttackSource.Achieved(await fixture.RunAsync(AttackFixture.WithNothing, source, forks: forks));
        Assert.Contains("open its memory to read", achieved); // to write, /proc would have to be writable
        Assert.Contains("process_vm_readv", achieved);
        Assert.Contains("process_vm_writev", achieved);
        Assert.Contains("ptrace", achieved);
        Assert.Contains("list its descriptors", achieved);
    }

    /// <summary>A first process without time, memory or descriptors can't watch. Only the filter keeps these off.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FirstProcess_LimitsAndScheduling_AreOutOfReach(bool forks)
    {
        string source = AttackSource.Of(
            """
            for name in ("CPU", "AS", "DATA", "NOFILE", "FSIZE", "NPROC", "STACK"):
                kind = getattr(resource, "RLIMIT_" + name)
                attempt("limit " + name, lambda: resource.prlimit(1, kind, resource.prlimit(1, kind)))
            attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, 1, 19))
            attempt("policy", lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)))
            attempt("affinity", lambda: os.sched_setaffinity(1, {min(os.sched_getaffinity(0))}))
            attempt("input priority", lambda: call(251, 1, 1, 3 << 13))
            print("end")
            """
        );
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(IsolationProfile.Full, source, forks: forks));
        IReadOnlyList<string> achieved = AttackSource.Achieved(await fixture.RunAsync(AttackFixture.WithNothing, source, forks: forks));
        Assert.Contains("limit CPU", achieved);
        Assert.Contains("priority", achieved);
        Assert.Contains("policy", achieved);
    }

    /// <summary>A group or user id reaches past the namespace if the server is in the same group.</summary>
    [Theory]
    [InlineData("os.kill(0, signal.SIGKILL)")]
    [InlineData("os.killpg(os.getpgrp(), signal.SIGKILL)")]
    [InlineData("try: os.kill(-1, signal.SIGKILL)\nexcept OSError: pass\nos.kill(os.getpid(), signal.SIGKILL)")]
    [InlineData("for pid in range(1, 1000):\n    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass")]
    [InlineData("if os.fork() == 0: os.kill(-1, signal.SIGKILL)\ntime.sleep(5)")]
    public async Task Signals_ToGroupsAndAll_ReachOnlyTheProgram(string body)
    {
        fixture.SkipIfUnavailable();
        Task<SandboxResult> other = fixture.RunAsync("import time\ntime.sleep(1)\nprint('unharmed')");
        await Task.Delay(300);
        SandboxResult result = await fixture.RunAsync(AttackSource.Of(body));
        Assert.Equal((SandboxOutcome.Crashed, 137), (result.Outcome, result.ExitCode)); // its own end, and so nobody else's
        SandboxResult unharmed = await other;
        Assert.Equal((SandboxOutcome.Passed, "unharmed\n"), (unharmed.Outcome, unharmed.StandardOutput));
        await AssertWorksAsync();
    }

    private async Task AssertWorksAsync() =>
        Assert.Equal(
            (SandboxOutcome.Passed, "works\n"),
            await fixture.RunAsync("print('works')") is { } next ? (next.Outcome, next.StandardOutput) : default
        );

    private static void SkipIfTracingIsRestricted()
    {
        const string Yama = "/proc/sys/kernel/yama/ptrace_scope";
        Assert.SkipWhen(File.Exists(Yama) && File.ReadAllText(Yama).Trim() != "0", "This system lets no process trace another.");
    }
}
