using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>Programs that hide what processor time they use from a sandbox that looks at one process.</summary>
public sealed class ProcessorTimeTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    /// <summary>Use of processor time that is hidden, or divided among many. Each passes without the watch.</summary>
    [Theory]
    [InlineData("four processes", "share(4, 0.5)")]
    [InlineData("four that are their own sessions", "share(4, 0.5, os.setsid)")]
    [InlineData("one after the other, waited for", "for _ in range(5):\n    share(1, 0.4)\n    os.wait()")]
    [InlineData(
        "one after the other, forgotten",
        """
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            for _ in range(5):
                share(1, 0.4)
                time.sleep(0.5)
            """
    )]
    [InlineData("orphans", "for _ in range(4):\n    if os.fork() == 0:\n        share(1, 0.5)\n        os._exit(0)")]
    [InlineData("a caught signal", "signal.signal(signal.SIGXCPU, lambda *_: os._exit(0))\nburn(1.1)")]
    [InlineData("an ignored signal", "signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nburn(1.1)")]
    [InlineData(
        "a program that it starts",
        """
            import subprocess
            subprocess.run(['python3', '-c', 'import time\nwhile time.process_time() < 1.1: pass'])
            """
    )]
    [InlineData(
        "a thread after the first one",
        """
            import threading
            threading.Thread(target=lambda: (burn(1.1), os._exit(0))).start()
            call(60, 0)
            """
    )]
    [InlineData(
        "a child without its first thread",
        """
            import threading
            if os.fork() == 0:
                threading.Thread(target=lambda: burn(1.1)).start()
                call(60, 0)
            """
    )]
    [InlineData(
        "threads side by side",
        """
            import hashlib, threading
            def work():
                while time.process_time() < 1.1:
                    hashlib.pbkdf2_hmac('sha256', b'x', b'y', 20_000)
            threads = [threading.Thread(target=work) for _ in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            """
    )]
    public async Task ProcessorTime_OfAllTogether_IsLimited(string kind, string body)
    {
        // The pipe ends with the last process that was forked: there the watch has a second to see what they all used.
        const string Tools = """
            ended, forked = os.pipe()
            def burn(seconds):
                end = time.process_time() + seconds
                while time.process_time() < end:
                    pass
            def share(count, seconds, before=lambda: None):
                for _ in range(count):
                    if os.fork() == 0:
                        before()
                        burn(seconds)
                        os._exit(0)

            """;
        SandboxLimits limits = new() { CpuTime = TimeSpan.FromSeconds(0.6), WallTime = TimeSpan.FromSeconds(30) };
        string source = AttackSource.Of(Tools + body + "\nos.close(forked)\nos.read(ended, 1)\ntime.sleep(1)\nos._exit(0)");
        SandboxResult result = await fixture.RunAsync(source, limits);
        Assert.True(result.Outcome == SandboxOutcome.CpuTimeExceeded, $"{kind}: {result}");
        SandboxResult weakened = await fixture.RunAsync(AttackFixture.WithoutWatch, source, limits);
        // On a busy machine a process may reach the kernel's own limit, which is a second higher.
        Assert.True(weakened.Outcome is SandboxOutcome.Passed or SandboxOutcome.Crashed, $"{kind}: {weakened}");
    }
}
