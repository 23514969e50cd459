using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// Programs that want another outcome than theirs. A sandbox that goes by exit codes or by the last line of an error gets many
/// wrong.
/// </summary>
public sealed class ForgedOutcomeTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    [Theory]
    [InlineData("sys.stderr.write('Traceback\\nMemoryError\\n'); sys.exit(1)", SandboxOutcome.Failed, 1)]
    [InlineData("raise MemoryError", SandboxOutcome.Failed, 1)]
    [InlineData("resource.setrlimit(resource.RLIMIT_AS, (1 << 26, 1 << 26)); bytearray(1 << 28)", SandboxOutcome.Failed, 1)]
    [InlineData("os._exit(124)", SandboxOutcome.Failed, 124)]
    [InlineData("os._exit(127)", SandboxOutcome.Failed, 127)]
    [InlineData("os._exit(137)", SandboxOutcome.Failed, 137)]
    [InlineData("os._exit(139)", SandboxOutcome.Failed, 139)]
    [InlineData("os._exit(152)", SandboxOutcome.Failed, 152)]
    [InlineData("os._exit(255)", SandboxOutcome.Failed, 255)]
    [InlineData("os._exit(256)", SandboxOutcome.Passed, 0)]
    [InlineData("os.kill(os.getpid(), signal.SIGKILL)", SandboxOutcome.Crashed, 137)]
    [InlineData("os.kill(os.getpid(), signal.SIGSEGV)", SandboxOutcome.Crashed, 139)]
    [InlineData("os.kill(os.getpid(), signal.SIGSYS)", SandboxOutcome.Crashed, 159)]
    [InlineData("os.kill(os.getpid(), signal.SIGXCPU)", SandboxOutcome.Crashed, 152)]
    [InlineData("os.kill(os.getpid(), signal.SIGXFSZ)", SandboxOutcome.Passed, 0)] // Python ignores it
    [InlineData(
        """
            end = time.process_time() + 0.2
            while time.process_time() < end: pass
            signal.raise_signal(signal.SIGXCPU)
            """,
        SandboxOutcome.Crashed,
        152
    )]
    [InlineData("resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass", SandboxOutcome.Crashed, 152)]
    [InlineData("os.execv('/bin/true', ['true'])", SandboxOutcome.Passed, 0)]
    [InlineData("os.execv('/bin/false', ['false'])", SandboxOutcome.Failed, 1)]
    [InlineData("os.fork() or os._exit(0)\ntime.sleep(0.2)\nos._exit(3)", SandboxOutcome.Failed, 3)]
    [InlineData("os.fork() or os._exit(3)\ntime.sleep(0.2)\nos._exit(0)", SandboxOutcome.Passed, 0)]
    [InlineData(
        """
            if os.fork() == 0:
                if os.fork(): os._exit(0)
                os._exit(0)
            time.sleep(0.2)
            os._exit(3)
            """,
        SandboxOutcome.Failed,
        3
    )]
    [InlineData("os.fork() and os.kill(os.getpid(), signal.SIGKILL)\ntime.sleep(0.2)\nos._exit(0)", SandboxOutcome.Crashed, 137)]
    [InlineData(
        """
            import threading
            threading.Thread(target=lambda: (time.sleep(0.2), os._exit(5))).start()
            call(60, 0)
            """,
        SandboxOutcome.Failed,
        5
    )]
    [InlineData("os.closerange(0, 256)\nos._exit(0)", SandboxOutcome.Passed, 0)]
    [InlineData("sys.stderr.write('bwrap: execvp python3: No such file or directory\\n'); sys.exit(1)", SandboxOutcome.Failed, 1)]
    [InlineData("print('Sandbox: killed, out of memory'); sys.exit(1)", SandboxOutcome.Failed, 1)]
    public async Task Outcome_IsWhatTheSandboxSaw(string body, SandboxOutcome outcome, int exitCode)
    {
        SandboxResult result = await fixture.RunAsync(AttackSource.Of(body));
        Assert.True((outcome, exitCode) == (result.Outcome, result.ExitCode), result.ToString());
    }

    /// <summary>The report of the first process comes through a pipe, which the program must not have.</summary>
    [Theory]
    [InlineData(""" {"cpu": 0.0, "exit": 0} """)]
    [InlineData(""" {"error": "no memory"} """)]
    [InlineData(""" {"limit": "memory", "cpu": 0} """)]
    [InlineData(""" {"kill": 1} """)]
    public async Task Report_WrittenToEveryDescriptor_IsOutput(string report)
    {
        string source = AttackSource.Of(
            $$"""
            for descriptor in range(256):
                try:
                    os.write(descriptor, b'''{{report.Trim()}}\n''')
                except OSError:
                    pass
            os._exit(3)
            """
        );
        SandboxResult result = await fixture.RunAsync(source);
        Assert.True(result.Outcome == SandboxOutcome.Failed && result.ExitCode == 3, result.ToString());
        Assert.Equal((report.Trim() + "\n", report.Trim() + "\n"), (result.StandardOutput, result.StandardError));
    }

    [Theory]
    [InlineData("stdout", (64 << 10) + 1, SandboxOutcome.Passed)]
    [InlineData("stderr", (64 << 10) + 1, SandboxOutcome.Passed)]
    [InlineData("stdout", 1 << 20, SandboxOutcome.Passed)]
    [InlineData("stderr", 1 << 20, SandboxOutcome.Passed)]
    [InlineData("stdout", (1 << 20) + 1, SandboxOutcome.OutputLimitExceeded)]
    [InlineData("stderr", (1 << 20) + 1, SandboxOutcome.OutputLimitExceeded)]
    public async Task Output_OfBothStreams_HasTheSameLimit(string stream, int bytes, SandboxOutcome outcome)
    {
        SandboxResult result = await fixture.RunAsync($"import sys\nsys.{stream}.write('x' * {bytes})");
        Assert.Equal((outcome, true), (result.Outcome, result.OutputTruncated));
        string printed = stream == "stdout" ? result.StandardOutput : result.StandardError;
        Assert.InRange(printed.Length, 64 << 10, (64 << 10) + 200);
    }
}
