using System.ComponentModel;
using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox.Bubblewrap;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Sandbox;

/// <summary>Runs programs under bubblewrap, isolated from the machine, the network and each other. Linux only. Thread-safe.</summary>
/// <remarks>
/// <para>Bubblewrap holds a small server, which starts each program in its own user, process, network, IPC, host name and cgroup
/// namespaces. Of the host's files a program sees only /usr and the folders of its language's tools, read-only. It can write only to a
/// folder in memory that has a size limit. It is an unprivileged user inside the sandbox and outside, has no capabilities, and may make
/// only system calls from a list. It has no network, inherits no file descriptors, and gets no environment variables of the host. When it
/// ends or reaches a limit, every process that it started is killed; when the calling process dies, all are.</para>
/// <para>The first run checks whether isolation works on this machine. If not, <see cref="SandboxUnavailableException"/> says why. A
/// program is never run without isolation instead; <see cref="UnisolatedSandbox"/> does that, for those who choose it. If the sandbox or
/// the system fails, the run is retried, and then its outcome is <see cref="SandboxOutcome.SandboxFailure"/>. Such a failure is never
/// reported as the program's.</para>
/// <para>Programs share the host's kernel. So the sandbox protects against careless and malicious programs, but not against one that
/// exploits a bug of the kernel.</para>
/// </remarks>
public sealed class BubblewrapSandbox : ICodeSandbox, IDisposable
{
    /// <summary>
    /// Modules of the standard library that most programs import. Loading them takes longer than all else that a short program does.
    /// </summary>
    private static readonly string[] CommonModules =
    [
        "bisect",
        "collections",
        "copy",
        "datetime",
        "decimal",
        "fractions",
        "functools",
        "heapq",
        "itertools",
        "json",
        "math",
        "operator",
        "random",
        "re",
        "statistics",
        "string",
        "typing",
    ];

    private readonly BubblewrapSandboxOptions options;
    private readonly SemaphoreSlim slots;
    private readonly VisibleTools tools;
    private readonly ServerKeeper plain;
    private readonly ServerKeeper? python;
    private volatile bool disposed;

    /// <summary>Creates the sandbox. Starts nothing.</summary>
    /// <param name="options">How programs are run; copied. Null for the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public BubblewrapSandbox(BubblewrapSandboxOptions? options = null)
        : this(options, IsolationProfile.Full) { }

    internal BubblewrapSandbox(BubblewrapSandboxOptions? options, IsolationProfile profile)
    {
        this.options = (options ?? new BubblewrapSandboxOptions()) with { };
        this.options.Validate();
        slots = new SemaphoreSlim(this.options.MaxConcurrency);
        tools = new VisibleTools(this.options.Languages);
        plain = new ServerKeeper(this.options, PythonPreload.None, profile);
        python = this.options.ForkPython
            ? new ServerKeeper(
                this.options,
                new PythonPreload([.. CommonModules, .. this.options.PreloadedModules], this.options.PreloadedSources),
                profile
            )
            : null;
    }

    /// <summary>Checks whether isolation works on this machine, so that a program can report it before it starts long work.</summary>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>A task that completes if isolation works. Later calls and runs don't check again.</returns>
    /// <exception cref="SandboxUnavailableException">Isolation doesn't work; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public async Task EnsureAvailableAsync(CancellationToken cancellationToken = default)
    {
        foreach (ServerKeeper keeper in python is null ? [plain] : new[] { plain, python })
        {
            _ = await keeper.GetAsync(cancellationToken).ConfigureAwait(false);
        }
    }

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
        using IPreparedProgram prepared = await PrepareAsync(program, null, cancellationToken).ConfigureAwait(false);
        return await prepared.RunAsync(program.StandardInput, limits, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IPreparedProgram> PrepareAsync(
        SandboxProgram program,
        SandboxLimits? compileLimits = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        SandboxLanguage language = SandboxLanguages.Find(options.Languages, program.Language);
        SandboxLimits limits = compileLimits ?? language.CompileLimits;
        limits.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        if (tools.FindMissing(language) is { } missing)
        {
            return PreparedProgram.Failed(NotRun.ToolchainMissing(language, missing));
        }

        try
        {
            SafeFileHandle files = WorkArchive.Create([.. language.Files, KeyValuePair.Create(language.SourceFile, program.Source)]);
            return language.Compile is { } compile
                ? await CompileAsync(language, compile(limits), files, limits, cancellationToken).ConfigureAwait(false)
                : Keep(language, files);
        }
        catch (Win32Exception exception)
        {
            return PreparedProgram.Failed(NotRun.SandboxFailure($"The program's files can't be kept in memory: {exception.Message}."));
        }
    }

    /// <summary>
    /// Ends the sandbox's server. Programs that still run are killed, and their calls throw <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        disposed = true;
        plain.Dispose();
        python?.Dispose();
    }

    private async Task<PreparedProgram> CompileAsync(
        SandboxLanguage language,
        IReadOnlyList<string> line,
        SafeFileHandle files,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        SafeFileHandle? compiled = null;
        try
        {
            compiled = FileDescriptors.CreateMemoryFile("compiled");
            var command = new TaskCommand(language, tools.Resolve(line), Fork: false, limits, files, Kept: compiled);
            SandboxResult result = await RunAsync(command, cancellationToken).ConfigureAwait(false);
            if (result.Outcome != SandboxOutcome.Passed)
            {
                return PreparedProgram.Failed(NotRun.CompileError(result, limits));
            }

            FileDescriptors.Seal(compiled);
            PreparedProgram kept = Keep(language, compiled);
            compiled = null;
            return kept;
        }
        finally
        {
            files.Dispose();
            compiled?.Dispose();
        }
    }

    private PreparedProgram Keep(SandboxLanguage language, SafeFileHandle files) =>
        new(
            files,
            (standardInput, limits, cancellationToken) =>
            {
                bool fork = python is not null && ReferenceEquals(language, SandboxLanguages.Python);
                var command = new TaskCommand(language, tools.Resolve(language.Run(limits)), fork, limits, files, standardInput);
                return SandboxTelemetry.ObserveAsync(language.Name, () => RunAsync(command, cancellationToken));
            }
        );

    private async Task<SandboxResult> RunAsync(TaskCommand command, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string error = "";
            bool renewed = false;
            for (int attempt = 0; attempt <= options.MaxRetries; attempt++)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                if (attempt > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50 << (2 * Math.Min(attempt - 1, 5))), cancellationToken)
                        .ConfigureAwait(false);
                }

                SandboxServer? server = null;
                try
                {
                    server = await (command.Fork ? python! : plain).GetAsync(cancellationToken).ConfigureAwait(false);
                    (SandboxResult? result, error) = await TaskRun.ExecuteAsync(server, command, cancellationToken).ConfigureAwait(false);
                    if (result is not null)
                    {
                        return result;
                    }
                }
                catch (Win32Exception) when (server is { IsAlive: false } && !renewed)
                {
                    // It had ended before it was asked, so nothing was tried.
                    renewed = true;
                    attempt--;
                }
                catch (Win32Exception exception)
                {
                    error = exception.Message;
                }
            }

            ObjectDisposedException.ThrowIf(disposed, this);
            return NotRun.SandboxFailure($"The sandbox failed {options.MaxRetries + 1} times in a row: {error}.");
        }
        finally
        {
            slots.Release();
        }
    }
}
