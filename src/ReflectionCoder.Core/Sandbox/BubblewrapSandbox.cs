using System.ComponentModel;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox.Bubblewrap;

namespace ReflectionCoder.Sandbox;

/// <summary>Runs programs under bubblewrap, isolated from the machine, the network and each other. Linux only. Thread-safe.</summary>
/// <remarks>
/// <para>A program has its own user, process, network, IPC, host name and cgroup namespaces. Of the host's files it sees only /usr,
/// read-only. It can write only to a folder in memory that has a size limit. It is an unprivileged user inside the sandbox and outside. It
/// has no network, inherits no file descriptors, and gets no environment variables of the host. When it ends or reaches a limit, every
/// process that it started is killed.</para>
/// <para>The first run checks whether isolation works on this machine. If not, <see cref="SandboxUnavailableException"/> says why. A
/// program is never run without isolation instead; <see cref="UnisolatedSandbox"/> does that, for those who choose it. If bubblewrap or
/// the system fails, the run is retried, and then the same exception is thrown. Such a failure is never reported as the program's.</para>
/// <para>Programs share the host's kernel. So the sandbox protects against careless and malicious programs, but not against one that
/// exploits a bug of the kernel.</para>
/// </remarks>
public sealed class BubblewrapSandbox : ICodeSandbox, IDisposable
{
    private readonly BubblewrapSandboxOptions options;
    private readonly SemaphoreSlim slots;
    private readonly SemaphoreSlim probing = new(1, 1);
    private BubblewrapCommand? command;

    /// <summary>Creates the sandbox. Starts nothing.</summary>
    /// <param name="options">How programs are run; copied. Null for the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public BubblewrapSandbox(BubblewrapSandboxOptions? options = null)
    {
        this.options = (options ?? new BubblewrapSandboxOptions()) with { };
        this.options.Validate();
        slots = new SemaphoreSlim(this.options.MaxConcurrency);
    }

    /// <summary>Checks whether isolation works on this machine, so that a program can report it before it starts long work.</summary>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>A task that completes if isolation works. Later calls and runs don't check again.</returns>
    /// <exception cref="SandboxUnavailableException">Isolation doesn't work; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public Task EnsureAvailableAsync(CancellationToken cancellationToken = default) => GetCommandAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<SandboxResult> ExecuteAsync(
        SandboxProgram program,
        SandboxLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        limits ??= SandboxLimits.Default;
        limits.Validate();
        SandboxLanguage language = SandboxLanguage.Get(program.Language);
        BubblewrapCommand bubblewrap = await GetCommandAsync(cancellationToken).ConfigureAwait(false);
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SandboxTelemetry
                .ObserveAsync(program.Language, () => ExecuteAsync(bubblewrap, language, program, limits, cancellationToken))
                .ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Frees the sandbox's semaphores. All runs must have ended.</summary>
    public void Dispose()
    {
        slots.Dispose();
        probing.Dispose();
    }

    private async Task<SandboxResult> ExecuteAsync(
        BubblewrapCommand command,
        SandboxLanguage language,
        SandboxProgram program,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        string error = "";
        SandboxResult? doubtful = null;
        for (int attempt = 0; attempt <= options.MaxRetries; attempt++)
        {
            if (attempt > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 << (2 * Math.Min(attempt - 1, 5))), cancellationToken).ConfigureAwait(false);
            }

            try
            {
                (SandboxResult? result, error) = await BubblewrapRun
                    .ExecuteAsync(command, language, program, limits, cancellationToken)
                    .ConfigureAwait(false);
                if (result is not null && !LooksLikeLauncherFailure(result))
                {
                    return result;
                }

                bool again = doubtful is not null;
                doubtful = result;
                if (again)
                {
                    break;
                }
            }
            catch (Win32Exception exception)
            {
                error = exception.Message;
            }
        }

        // The result looks like a failure of the launcher, but a program can print the same text. If a harmless program runs now, the
        // launcher works, and the text came from the program.
        if (doubtful is not null && await BubblewrapProbe.FindFailureAsync(command, cancellationToken).ConfigureAwait(false) is null)
        {
            return doubtful;
        }

        throw new SandboxUnavailableException($"The sandbox could not start a program {options.MaxRetries + 1} times in a row: {error}");
    }

    private static bool LooksLikeLauncherFailure(SandboxResult result) =>
        result.ExitCode is 1 or 126 or 127
        && result.StandardOutput.Length == 0
        && result.StandardError.StartsWith("prlimit: ", StringComparison.Ordinal);

    private async Task<BubblewrapCommand> GetCommandAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref command) is { } known)
        {
            return known;
        }

        await probing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return command ??= await BubblewrapProbe.FindCommandAsync(options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            probing.Release();
        }
    }
}
