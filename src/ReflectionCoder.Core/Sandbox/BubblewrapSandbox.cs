using System.ComponentModel;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox.Bubblewrap;

namespace ReflectionCoder.Sandbox;

/// <summary>Runs programs under bubblewrap, cut off from the machine, the network and each other.</summary>
/// <remarks>
/// <para>A program has its own user, process, network, IPC, host name and cgroup namespaces; sees /usr read-only and no file of the host
/// beside it; writes only to a folder in memory of limited size; is an unprivileged user inside and outside; has no network, no inherited
/// descriptors, no environment of the host's; and dies with everything it started when it ends or a limit is reached.</para>
/// <para>Isolation is tried once, at the first run. Where it fails, <see cref="SandboxUnavailableException"/> says why; a program is never
/// run unprotected instead (that is <see cref="UnisolatedSandbox"/>, by name). A failure of bubblewrap or of the system is retried, then
/// thrown as the same exception: it is never reported as the program's.</para>
/// <para>The host's kernel is shared: this is protection against careless and mischievous programs, not against an exploit of the
/// kernel.</para>
/// </remarks>
public sealed class BubblewrapSandbox : ICodeSandbox, IDisposable
{
    private readonly BubblewrapSandboxOptions options;
    private readonly SemaphoreSlim slots;
    private readonly SemaphoreSlim probing = new(1, 1);
    private BubblewrapCommand? command;

    /// <summary>Creates the sandbox; nothing is started yet.</summary>
    /// <param name="options">Null takes the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public BubblewrapSandbox(BubblewrapSandboxOptions? options = null)
    {
        this.options = (options ?? new BubblewrapSandboxOptions()) with { };
        this.options.Validate();
        slots = new SemaphoreSlim(this.options.MaxConcurrency);
    }

    /// <summary>Tries whether this machine can isolate, so that a program can say so before long work.</summary>
    /// <param name="cancellationToken">Stops the trial.</param>
    /// <exception cref="SandboxUnavailableException">It can't; the message says why and what to do.</exception>
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

    /// <summary>Frees the waiting lists. Runs must have ended.</summary>
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

        // A program may print what the launcher would. If a harmless one runs now, the launcher is well and the words were the program's.
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
