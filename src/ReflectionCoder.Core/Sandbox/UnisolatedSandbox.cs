using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.Sandbox.Unisolated;

namespace ReflectionCoder.Sandbox;

/// <summary>
/// <b>No sandbox at all</b>: runs a program as a child process with the rights of the caller. The program can read and delete the caller's
/// files, use the network and leave processes behind. Only for programs that you trust, on machines where isolation is impossible.
/// Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Limits are kept as well as an ordinary process can keep them. Wall-clock time and output are always limited. The processor time and
/// memory of the program's first process are measured twenty times a second. On Linux, <c>/usr/bin/prlimit</c> limits the processor time,
/// files and open files of every process by itself, and its address space if the language allows that. The number of processes isn't
/// limited, because the system would count all processes of the user. Processes that detach themselves survive the run.
/// </para>
/// <para>
/// A program that ends with an exit code from 129 to 159 counts as crashed: that is how a signal looks from outside, and a program that
/// chooses such a code itself can't be told apart. <see cref="SandboxResult.CpuTime"/> is zero.
/// </para>
/// <para>
/// Programs see the caller's environment variables, and besides them those of the language. Temporary files go to the work folder, which is
/// deleted after the run.
/// </para>
/// </remarks>
public sealed class UnisolatedSandbox : ICodeSandbox, IDisposable
{
    private readonly IReadOnlyList<SandboxLanguage> languages;
    private readonly ToolFinder tools;
    private readonly SemaphoreSlim slots;

    /// <summary>Creates the sandbox. Starts nothing.</summary>
    /// <param name="options">Options; null for the default values.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public UnisolatedSandbox(UnisolatedSandboxOptions? options = null)
    {
        options ??= new UnisolatedSandboxOptions();
        options.Validate();
        languages = [.. options.Languages];
        tools = new ToolFinder(options.ToolPaths);
        slots = new SemaphoreSlim(options.MaxConcurrency);
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
        SandboxLanguage language = SandboxLanguages.Find(languages, program.Language);
        return await ObserveInSlotAsync(
                language,
                async () =>
                {
                    using WorkFolder folder = await WorkFolder.CreateAsync(language, program.Source).ConfigureAwait(false);
                    var run = new UnisolatedRun(language, tools, folder);
                    return await run.CompileAsync(language.CompileLimits, cancellationToken).ConfigureAwait(false)
                        ?? await run.RunAsync(program.StandardInput, limits, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IPreparedProgram> PrepareAsync(
        SandboxProgram program,
        SandboxLimits? compileLimits = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        SandboxLanguage language = SandboxLanguages.Find(languages, program.Language);
        compileLimits ??= language.CompileLimits;
        compileLimits.Validate();
        WorkFolder? folder = null;
        SandboxResult? failure = null;
        bool prepared = false;
        try
        {
            failure = await InSlotAsync(
                    async () =>
                    {
                        folder = await WorkFolder.CreateAsync(language, program.Source).ConfigureAwait(false);
                        return await new UnisolatedRun(language, tools, folder)
                            .CompileAsync(compileLimits, cancellationToken)
                            .ConfigureAwait(false);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            prepared = failure is null;
        }
        finally
        {
            if (!prepared)
            {
                folder?.Dispose();
            }
        }

        return failure is not null
            ? PreparedProgram.Failed(failure)
            : new PreparedProgram(folder, (standardInput, limits, token) => RunCopyAsync(language, folder!, standardInput, limits, token));
    }

    /// <summary>Frees the sandbox's semaphore. All runs must have ended.</summary>
    public void Dispose() => slots.Dispose();

    /// <summary>Runs a prepared program in a copy of its folder.</summary>
    private Task<SandboxResult> RunCopyAsync(
        SandboxLanguage language,
        WorkFolder folder,
        string? standardInput,
        SandboxLimits limits,
        CancellationToken cancellationToken
    ) =>
        ObserveInSlotAsync(
            language,
            async () =>
            {
                using WorkFolder copy = folder.Copy();
                var run = new UnisolatedRun(language, tools, copy);
                return await run.RunAsync(standardInput, limits, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken
        );

    private async Task<SandboxResult> ObserveInSlotAsync(
        SandboxLanguage language,
        Func<Task<SandboxResult>> work,
        CancellationToken cancellationToken
    ) =>
        (
            await InSlotAsync(async () => await SandboxTelemetry.ObserveAsync(language.Name, work).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false)
        )!;

    /// <summary>Waits until fewer than the allowed number of programs run. A failure of the system becomes a result.</summary>
    private async Task<SandboxResult?> InSlotAsync(Func<Task<SandboxResult?>> work, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return NotRun.SandboxFailure($"The program couldn't be started: {exception.Message}");
        }
        finally
        {
            slots.Release();
        }
    }
}
