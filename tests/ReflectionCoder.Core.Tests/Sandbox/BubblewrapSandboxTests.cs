using System.Diagnostics;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox;

public sealed class BubblewrapSandboxTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Execute_PrintingProgram_Passes()
    {
        SandboxResult result = await fixture.RunAsync("print('hello')");
        Assert.Equal(
            new SandboxResult(SandboxOutcome.Passed, 0, "hello\n", "", false, result.WallTime) { CpuTime = result.CpuTime },
            result
        );
        Assert.InRange(result.CpuTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5));
        Assert.InRange(result.WallTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Execute_Exception_GivesTracebackWithNeutralFileName()
    {
        SandboxResult result = await fixture.RunAsync("def half(x):\n    return x / 0\n\nhalf(3)\n");
        Assert.Equal(SandboxOutcome.Failed, result.Outcome);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            "Traceback (most recent call last):\n  File \"solution.py\", line 4, in <module>\n    half(3)\n",
            result.StandardError
        );
        Assert.Contains("  File \"solution.py\", line 2, in half\n    return x / 0\n", result.StandardError);
        Assert.EndsWith("ZeroDivisionError: division by zero\n", result.StandardError);
    }

    [Fact]
    public async Task Execute_SyntaxError_NamesLine()
    {
        SandboxResult result = await fixture.RunAsync("print(1)\nif True print(2)\n");
        Assert.Equal(SandboxOutcome.Failed, result.Outcome);
        Assert.StartsWith("  File \"solution.py\", line 2\n    if True print(2)\n", result.StandardError);
        Assert.Contains("SyntaxError", result.StandardError);
        Assert.Equal("", result.StandardOutput);
    }

    [Theory]
    [InlineData("import sys; sys.exit(0)", SandboxOutcome.Passed, 0)]
    [InlineData("import sys; sys.exit(3)", SandboxOutcome.Failed, 3)]
    [InlineData("import os; os._exit(127)", SandboxOutcome.Failed, 127)]
    [InlineData("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", SandboxOutcome.Crashed, 128 + 15)]
    [InlineData("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", SandboxOutcome.Crashed, 128 + 9)]
    [InlineData("import os; os.abort()", SandboxOutcome.Crashed, 128 + 6)]
    [InlineData("import ctypes; ctypes.string_at(0)", SandboxOutcome.Crashed, 128 + 11)]
    public async Task Execute_ExitCodeOrSignal_IsReported(string source, SandboxOutcome outcome, int exitCode)
    {
        SandboxResult result = await fixture.RunAsync(source);
        Assert.Equal((outcome, exitCode), (result.Outcome, result.ExitCode));
    }

    [Fact]
    public async Task Execute_ProgramThatMimicsLauncherFailure_IsTheProgramsFailure()
    {
        SandboxResult result = await fixture.RunAsync("import sys; sys.stderr.write('prlimit: failed to execute\\n'); sys.exit(127)");
        Assert.Equal((SandboxOutcome.Failed, 127), (result.Outcome, result.ExitCode));
    }

    [Fact]
    public async Task Execute_StandardInput_IsReadToItsEnd()
    {
        string input = string.Concat(Enumerable.Repeat("grün 한\n", 50_000));
        SandboxResult result = await fixture.RunAsync("import sys; text = sys.stdin.read(); print(len(text), text[:6])", input: input);
        Assert.Equal($"{input.Length} grün 한\n", result.StandardOutput);
        Assert.Equal("b''\n", (await fixture.RunAsync("import sys; print(sys.stdin.buffer.read())")).StandardOutput);
    }

    [Theory]
    [InlineData("print(open('/dev/stdin').read())")]
    [InlineData("print(open('/proc/self/fd/0').read())")]
    [InlineData("open('/dev/stdout', 'w').write('text\\n')")]
    [InlineData("open('/dev/stderr', 'w'); print('text')")]
    [InlineData("import pwd, os; print('text' if pwd.getpwuid(os.getuid()).pw_dir == '/box' else 'other')")]
    [InlineData(
        "import sqlite3; c = sqlite3.connect('d'); c.execute('pragma journal_mode=wal'); c.execute('create table t(a)'); print('text')"
    )]
    public async Task Execute_WhatProgramsRelyOn_Works(string source)
    {
        SandboxResult result = await fixture.RunAsync(source, input: "text");
        Assert.Equal((SandboxOutcome.Passed, "text\n", ""), (result.Outcome, result.StandardOutput, result.StandardError));
    }

    [Fact]
    public async Task Execute_UnreadInput_DoesNotHoldTheRun()
    {
        string input = new('x', 10 << 20);
        SandboxResult result = await fixture.RunAsync("import sys; print(sys.stdin.read(3))", input: input);
        Assert.Equal((SandboxOutcome.Passed, "xxx\n"), (result.Outcome, result.StandardOutput));
        Assert.Equal(
            SandboxOutcome.CpuTimeExceeded,
            (await fixture.RunAsync("while True: pass", new SandboxLimits { CpuTime = TimeSpan.FromSeconds(1) }, input)).Outcome
        );
    }

    [Fact]
    public async Task Execute_InputReadOnce_IsGone()
    {
        SandboxResult result = await fixture.RunAsync(
            """
            import os, sys
            sys.stdin.read()
            for pid in (1, "self"):
                try:
                    print(os.read(os.open(f"/proc/{pid}/fd/0", os.O_RDONLY | os.O_NONBLOCK), 99))
                except PermissionError:
                    print(b"")
            """,
            input: "secret"
        );
        Assert.Equal("b''\nb''\n", result.StandardOutput);
    }

    [Fact]
    public async Task Execute_OutputThatIsNotUtf8_BecomesReplacementCharacters()
    {
        SandboxResult result = await fixture.RunAsync(
            @"import sys; sys.stdout.buffer.write(b'a\xff\xfeb\0c'); sys.stderr.buffer.write(b'\xc3')"
        );
        Assert.Equal("a\uFFFD\uFFFDb\0c", result.StandardOutput);
        Assert.Equal("\uFFFD", result.StandardError);
        Assert.Equal(SandboxOutcome.Passed, result.Outcome);
    }

    [Fact]
    public async Task Execute_SameProgramTwice_PrintsTheSame()
    {
        const string Source = """
            import tempfile
            class Thing: pass
            print(set("determinism"), hash("text"), {Thing().__class__.__name__: 1}, tempfile.gettempdir())
            print(sorted([str(k) for k in __import__("os").environ.items()]))
            raise ValueError(frozenset(["a", "b", "c"]))
            """;
        SandboxResult first = await fixture.RunAsync(Source);
        SandboxResult second = await fixture.RunAsync(Source);
        Assert.Equal(first with { WallTime = default, CpuTime = default }, second with { WallTime = default, CpuTime = default });
        Assert.Contains("PYTHONHASHSEED", first.StandardOutput);
    }

    [Fact]
    public async Task Execute_FiftySideBySide_AllReportTheirOwn()
    {
        SandboxResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => fixture.RunAsync($"print({i}); raise SystemExit({i})"))
        );
        for (int i = 0; i < results.Length; i++)
        {
            Assert.Equal((i, $"{i}\n", ""), (results[i].ExitCode, results[i].StandardOutput, results[i].StandardError));
        }
    }

    [Fact]
    public async Task Execute_Cancelled_KillsAndThrows()
    {
        fixture.SkipIfUnavailable();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        string mark = $"cancelled-{Guid.NewGuid():N}";
        string source = $"import os; os.execv('/usr/bin/python3', ['python3', '-c', 'import time; time.sleep(1000)', '{mark}'])";
        long started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            fixture.RunAsync(source, new SandboxLimits { WallTime = TimeSpan.FromMinutes(1) }, cancellation: cancellation.Token)
        );
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await HostProcesses.AssertNoneAsync(mark);
    }

    [Fact]
    public async Task Execute_CancelledBefore_StartsNothing()
    {
        fixture.SkipIfUnavailable();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            fixture.RunAsync("pass", cancellation: new CancellationToken(canceled: true))
        );
    }

    [Fact]
    public async Task Execute_UnknownLanguage_IsNamed()
    {
        using var sandbox = new BubblewrapSandbox();
        var exception = await Assert.ThrowsAsync<SandboxUnavailableException>(() => sandbox.ExecuteAsync(new SandboxProgram("", "cobol")));
        Assert.Contains("cobol", exception.Message);
    }

    [Fact]
    public async Task Execute_LimitOutOfRange_Throws()
    {
        using var sandbox = new BubblewrapSandbox();
        await Assert.ThrowsAsync<InvalidOptionsException>(() =>
            sandbox.ExecuteAsync(new SandboxProgram("pass"), new SandboxLimits { Processes = 0 })
        );
    }
}
