using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox;

public sealed class UnisolatedSandboxTests : IDisposable
{
    private readonly UnisolatedSandbox sandbox = new("/usr/bin/python3");

    public void Dispose() => sandbox.Dispose();

    [Theory]
    [InlineData("print('hello')", SandboxOutcome.Passed)]
    [InlineData("1 / 0", SandboxOutcome.Failed)]
    [InlineData("x = bytearray(10 << 30)", SandboxOutcome.OutOfMemory)]
    [InlineData("while True: print('x' * 65536)", SandboxOutcome.OutputLimitExceeded)]
    [InlineData("import time; time.sleep(100)", SandboxOutcome.TimedOut)]
    public async Task Execute_Program_IsClassified(string source, SandboxOutcome outcome)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "No /usr/bin/python3.");
        var limits = new SandboxLimits { WallTime = TimeSpan.FromSeconds(outcome == SandboxOutcome.TimedOut ? 1 : 60), OutputBytes = 1000 };
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram(source), limits);
        Assert.Equal(outcome, result.Outcome);
    }

    [Fact]
    public async Task Execute_InputAndTraceback_AreHandled()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "No /usr/bin/python3.");
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("raise ValueError(input())", StandardInput: "text\n"));
        Assert.Contains("File \"solution.py\", line 1", result.StandardError);
        Assert.EndsWith("ValueError: text\n", result.StandardError);
    }

    [Fact]
    public async Task Execute_MissingInterpreter_SaysWhatToInstall()
    {
        using var absent = new UnisolatedSandbox("/nowhere/python3");
        var exception = await Assert.ThrowsAsync<SandboxUnavailableException>(() => absent.ExecuteAsync(new SandboxProgram("pass")));
        Assert.Contains("python3", exception.Message);
    }
}
