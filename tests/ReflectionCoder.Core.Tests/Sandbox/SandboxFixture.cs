using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox;

/// <summary>One sandbox for the tests of a class; they skip where the machine can't isolate.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private string? unavailable;

    internal BubblewrapSandbox Sandbox { get; } = new(new BubblewrapSandboxOptions { MaxConcurrency = 4 });

    public async ValueTask InitializeAsync()
    {
        try
        {
            await Sandbox.EnsureAvailableAsync();
        }
        catch (SandboxUnavailableException exception)
        {
            unavailable = exception.Message;
        }
    }

    public ValueTask DisposeAsync()
    {
        Sandbox.Dispose();
        return ValueTask.CompletedTask;
    }

    internal Task<SandboxResult> RunAsync(
        string source,
        SandboxLimits? limits = null,
        string? input = null,
        CancellationToken cancellation = default
    )
    {
        SkipIfUnavailable();
        return Sandbox.ExecuteAsync(new SandboxProgram(source, StandardInput: input), limits, cancellation);
    }

    internal void SkipIfUnavailable()
    {
        if (unavailable is not null)
        {
            Assert.Skip(unavailable);
        }
    }
}
