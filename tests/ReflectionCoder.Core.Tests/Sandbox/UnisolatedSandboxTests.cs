using System.Diagnostics;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox;

public sealed class UnisolatedSandboxTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly UnisolatedSandbox sandbox = new(
        new UnisolatedSandboxOptions { ToolPaths = new Dictionary<string, string> { ["python3"] = Python } }
    );

    public void Dispose() => sandbox.Dispose();

    [Theory]
    [InlineData("print('hello')", SandboxOutcome.Passed, 0)]
    [InlineData("1 / 0", SandboxOutcome.Failed, 1)]
    [InlineData("raise SystemExit(3)", SandboxOutcome.Failed, 3)]
    [InlineData("import os; os.abort()", SandboxOutcome.Crashed, 134)]
    [InlineData("import os; os.kill(os.getpid(), 9)", SandboxOutcome.Crashed, 137)]
    [InlineData("while True: print('x' * 65536)", SandboxOutcome.OutputLimitExceeded, 137)]
    [InlineData("import time; time.sleep(100)", SandboxOutcome.WallTimeExceeded, 137)]
    [InlineData("x = []\nwhile True: x.append(b'x' * (8 << 20) + bytes(len(x)))", SandboxOutcome.OutOfMemory, 137)]
    [InlineData("x = bytearray(10 << 30)", SandboxOutcome.Failed, 1)] // reserves more address space than allowed, and holds none of it
    public async Task Execute_Program_IsClassified(string source, SandboxOutcome outcome, int exitCode)
    {
        SkipWithoutPython();
        var limits = new SandboxLimits
        {
            WallTime = TimeSpan.FromSeconds(outcome == SandboxOutcome.WallTimeExceeded ? 1 : 60),
            MemoryBytes = 512 << 20,
            OutputBytes = 1000,
        };
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram(source), limits);
        Assert.Equal((outcome, exitCode), (result.Outcome, result.ExitCode));
    }

    [Theory]
    [InlineData("while True: pass", 0.5)]
    [InlineData("while True: pass", 1)]
    [InlineData("import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass", 1)]
    public async Task Execute_OverCpuTime_IsStopped(string source, double seconds)
    {
        SkipWithoutPython();
        var limits = new SandboxLimits { CpuTime = TimeSpan.FromSeconds(seconds), WallTime = TimeSpan.FromSeconds(60) };
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram(source), limits);
        Assert.Equal(SandboxOutcome.CpuTimeExceeded, result.Outcome);
        Assert.InRange(result.WallTime, TimeSpan.FromSeconds(0.9 * seconds), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Execute_InputAndTraceback_AreHandled()
    {
        SkipWithoutPython();
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("raise ValueError(input())", StandardInput: "text\n"));
        Assert.Contains("File \"solution.py\", line 1", result.StandardError);
        Assert.EndsWith("ValueError: text\n", result.StandardError);
    }

    [Fact]
    public async Task Execute_PathOfWorkFolder_IsHiddenAndTemporaryFilesGoThere()
    {
        SkipWithoutPython();
        SandboxResult result = await sandbox.ExecuteAsync(
            new SandboxProgram("import os, tempfile; print(os.path.abspath('x'), tempfile.gettempdir() == os.getcwd())")
        );
        Assert.Equal("x True\n", result.StandardOutput);
    }

    [Fact]
    public async Task Execute_UnreadInputAndLeftProcess_DoNotHoldTheRun()
    {
        SkipWithoutPython();
        long started = Stopwatch.GetTimestamp();
        SandboxResult result = await sandbox.ExecuteAsync(
            new SandboxProgram(
                "import subprocess; subprocess.Popen(['sleep', '8']); print('done')",
                StandardInput: new string('x', 1 << 20)
            )
        );
        Assert.Equal((SandboxOutcome.Passed, "done\n"), (result.Outcome, result.StandardOutput));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Execute_Cancelled_KillsTheTree()
    {
        SkipWithoutPython();
        string mark = $"cancelled-{Guid.NewGuid():N}";
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        string source = $"import subprocess; subprocess.run(['{Python}', '-c', 'import time; time.sleep(100)', '{mark}'])";
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            sandbox.ExecuteAsync(new SandboxProgram(source), new SandboxLimits { WallTime = TimeSpan.FromMinutes(1) }, cancellation.Token)
        );
        await HostProcesses.AssertNoneAsync(mark);
    }

    [Fact]
    public async Task Execute_MissingInterpreter_SaysWhatToInstall()
    {
        using var absent = new UnisolatedSandbox(
            new UnisolatedSandboxOptions { ToolPaths = new Dictionary<string, string> { ["python3"] = "/nowhere/python3" } }
        );
        SandboxResult result = await absent.ExecuteAsync(new SandboxProgram("pass"));
        Assert.Equal((SandboxOutcome.ToolchainMissing, -1), (result.Outcome, result.ExitCode));
        Assert.Contains("'python3'", result.Message);
        Assert.Contains(SandboxLanguages.Python.Install, result.Message);
    }

    [Fact]
    public async Task Execute_UnknownLanguage_IsNamed()
    {
        var exception = await Assert.ThrowsAsync<SandboxUnavailableException>(() => sandbox.ExecuteAsync(new SandboxProgram("", "cobol")));
        Assert.Contains("cobol", exception.Message);
    }

    [Fact]
    public void Create_OptionsOutOfRange_ListsAll()
    {
        var options = new UnisolatedSandboxOptions { MaxConcurrency = 0, Languages = [SandboxLanguages.Python, SandboxLanguages.Python] };
        var exception = Assert.Throws<InvalidOptionsException>(() => new UnisolatedSandbox(options));
        Assert.Equal(["MaxConcurrency", "Languages"], exception.Errors.Select(error => error.Name));
    }

    [Fact]
    public async Task Prepare_Program_RunsOftenInItsOwnFolder()
    {
        SkipWithoutPython();
        const string Source = "import os; print(input(), sorted(os.listdir())); open('left.txt', 'w').close()";
        using IPreparedProgram program = await sandbox.PrepareAsync(new SandboxProgram(Source));
        Assert.Null(program.Failure);
        SandboxResult[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => program.RunAsync($"{i}\n")));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => $"{i} ['solution.py']\n"), results.Select(result => result.StandardOutput));
        program.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => program.RunAsync());
    }

    private static void SkipWithoutPython() => Assert.SkipUnless(File.Exists(Python), $"No {Python}.");
}
