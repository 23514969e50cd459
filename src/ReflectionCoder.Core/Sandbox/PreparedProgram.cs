using ReflectionCoder.Configuration;

namespace ReflectionCoder.Sandbox;

/// <summary>A program whose files a sandbox keeps.</summary>
/// <param name="files">What is kept, for the program to own; null if it can't run.</param>
/// <param name="run">Runs the program, given its standard input and its limits.</param>
internal sealed class PreparedProgram(IDisposable? files, Func<string?, SandboxLimits, CancellationToken, Task<SandboxResult>> run)
    : IPreparedProgram
{
    private volatile bool disposed;

    /// <inheritdoc/>
    public SandboxResult? Failure { get; private init; }

    /// <summary>A program that can't run.</summary>
    /// <param name="failure">Why.</param>
    public static PreparedProgram Failed(SandboxResult failure) => new(null, (_, _, _) => Task.FromResult(failure)) { Failure = failure };

    /// <inheritdoc/>
    public Task<SandboxResult> RunAsync(
        string? standardInput = null,
        SandboxLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        limits ??= SandboxLimits.Default;
        limits.Validate();
        ObjectDisposedException.ThrowIf(disposed, typeof(IPreparedProgram));
        return run(standardInput, limits, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed = true;
        files?.Dispose();
    }
}
