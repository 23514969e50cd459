using System.ComponentModel;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>Keeps a server running: starts it when it is first needed, and again after it has ended. Thread-safe.</summary>
/// <param name="options">Options of the sandbox.</param>
/// <param name="preload">What the server loads.</param>
/// <param name="profile">Which parts of the isolation are on.</param>
internal sealed class ServerKeeper(BubblewrapSandboxOptions options, PythonPreload preload, IsolationProfile profile) : IDisposable
{
    private readonly SemaphoreSlim starting = new(1, 1);
    private BubblewrapCommand? command;
    private SandboxServer? server;
    private bool disposed;

    /// <summary>The server.</summary>
    /// <exception cref="SandboxUnavailableException">
    /// Isolation doesn't work on this machine; the message says why and what to do.
    /// </exception>
    /// <exception cref="Win32Exception">The system can't start a process.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public async Task<SandboxServer> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref server) is { IsAlive: true } running)
        {
            return running;
        }

        await starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(BubblewrapSandbox));
            if (server is not { IsAlive: true })
            {
                server?.Dispose();
                server = null;
                Volatile.Write(
                    ref server,
                    command is null
                        ? await FindAsync(cancellationToken).ConfigureAwait(false)
                        : await StartAsync(command, cancellationToken).ConfigureAwait(false)
                );
            }

            return server!;
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>Ends the server and all its tasks.</summary>
    public void Dispose()
    {
        starting.Wait();
        disposed = true;
        server?.Dispose();
        starting.Release();
    }

    /// <summary>Finds the strongest isolation that works on this machine, by trying it.</summary>
    private async Task<SandboxServer> FindAsync(CancellationToken cancellationToken)
    {
        BubblewrapTools tools = BubblewrapTools.Find();
        int? unprivilegedId = Environment.IsPrivilegedProcess ? options.UnprivilegedId : null;
        string? firstFailure = null;
        foreach (bool mountProc in new[] { true, false })
        {
            var candidate = new BubblewrapCommand(tools, unprivilegedId, mountProc);
            SandboxServer? started = null;
            string? failure;
            try
            {
                started = await StartAsync(candidate, cancellationToken).ConfigureAwait(false);
                failure = await SelfExamination.FindFailureAsync(started, cancellationToken).ConfigureAwait(false);
                if (failure is null)
                {
                    command = candidate;
                    return started;
                }
            }
            catch (Exception exception) when (exception is SandboxUnavailableException or Win32Exception)
            {
                failure = exception.Message;
            }
            catch
            {
                started?.Dispose();
                throw;
            }

            started?.Dispose();
            firstFailure ??= failure;
        }

        throw new SandboxUnavailableException(
            $"This machine can't isolate programs: {firstFailure}. bubblewrap and unprivileged user namespaces are needed (in a container: "
                + "a seccomp profile that allows them; on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0). "
                + "docs/sandbox.md says more."
        );
    }

    private Task<SandboxServer> StartAsync(BubblewrapCommand how, CancellationToken cancellationToken) =>
        SandboxServer.StartAsync(how, options.Languages, preload, profile, cancellationToken);
}
