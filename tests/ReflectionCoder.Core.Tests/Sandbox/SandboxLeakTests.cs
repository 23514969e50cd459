namespace ReflectionCoder.Tests.Sandbox;

/// <summary>Counts what this process holds, so that no other test may run beside it.</summary>
[CollectionDefinition(nameof(SandboxLeakTests), DisableParallelization = true)]
[Collection(nameof(SandboxLeakTests))]
public sealed class SandboxLeakTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Execute_ManyRuns_LeaveNoDescriptorsOrZombies()
    {
        await fixture.RunAsync("pass");
        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 20; i++)
        {
            await fixture.RunAsync("import os; os.fork() or os.setsid()");
        }

        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 10);
        await HostProcesses.AssertNoZombiesAsync();
    }
}
