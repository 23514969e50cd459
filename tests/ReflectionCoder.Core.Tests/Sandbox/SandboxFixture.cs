using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox;

/// <summary>One sandbox for the tests of a class; they skip where the machine can't isolate.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private string? unavailable;

    public SandboxFixture()
        : this(new BubblewrapSandboxOptions { MaxConcurrency = 4 }) { }

    internal SandboxFixture(BubblewrapSandboxOptions options) => Sandbox = new BubblewrapSandbox(options);

    internal BubblewrapSandbox Sandbox { get; }

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

    internal Task<SandboxResult> RunAsync(SandboxProgram program, SandboxLimits? limits = null)
    {
        SkipIfUnavailable();
        return Sandbox.ExecuteAsync(program, limits);
    }

    internal void SkipIfUnavailable()
    {
        if (unavailable is not null)
        {
            Assert.Skip(unavailable);
        }
    }
}
