using System.CommandLine;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples;

/// <summary>The sandbox that a command runs programs in: isolated, unless <c>--unisolated</c> says otherwise.</summary>
internal static class SandboxChoice
{
    /// <summary>The option that asks for no isolation.</summary>
    public static Option<bool> Unisolated() =>
        new("--unisolated") { Description = "Run programs WITHOUT a sandbox: they can do to this machine whatever you can." };

    /// <summary>Opens the sandbox and checks that it works, before any long work begins.</summary>
    /// <exception cref="SandboxUnavailableException">This machine can't isolate; the message says what to do.</exception>
    public static async Task<IDisposable> OpenAsync(bool unisolated, int maxConcurrency, CancellationToken cancellationToken)
    {
        if (unisolated)
        {
            await Console.Error.WriteLineAsync("WARNING: --unisolated runs unknown programs with your rights.");
            return new UnisolatedSandbox(new UnisolatedSandboxOptions { MaxConcurrency = maxConcurrency });
        }

        // Most of the programs are short Python programs, and most of their time would go into starting Python and compiling what judges
        // them.
        BubblewrapSandbox sandbox = new(
            new BubblewrapSandboxOptions
            {
                MaxConcurrency = maxConcurrency,
                ForkPython = true,
                PreloadedModules = ["numpy"],
                PreloadedSources = JudgePrograms.PreloadedSources,
            }
        );
        try
        {
            await sandbox.EnsureAvailableAsync(cancellationToken);
            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }
}
