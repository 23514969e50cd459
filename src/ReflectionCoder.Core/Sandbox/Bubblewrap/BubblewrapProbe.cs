using System.ComponentModel;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>Finds the strongest isolation that works on this machine, by trying it.</summary>
internal static class BubblewrapProbe
{
    private const string Isolated = "isolated";

    /// <summary>A Python program that checks from inside whether it is isolated, and prints one word if it is.</summary>
    private const string SelfExamination = $"""
        import os, socket, sys

        def refused(action):
            try:
                action()
            except OSError:
                return True
            return False

        def write(path):
            with open(path, "r+b"):
                pass

        uid = os.getuid() != 0 and os.geteuid() != 0
        network = refused(lambda: socket.create_connection(("192.0.2.1", 9), 0.2)) and [name for _, name in socket.if_nameindex()] in ([], ["lo"])
        files = not any(os.path.exists(path) for path in ("/home", "/root", "/var", "/etc/passwd", "/etc/shadow"))
        system = refused(lambda: open("/new", "w")) and refused(lambda: open("/usr/new", "w")) and refused(lambda: open("/dev/new", "w"))
        kernel = refused(lambda: write("/proc/sys/kernel/core_pattern"))
        processes = not os.path.isdir("/proc") or sum(name.isdigit() for name in os.listdir("/proc")) <= 3
        checks = dict(uid=uid, network=network, files=files, system=system, kernel=kernel, processes=processes)
        failed = [name for name, passed in checks.items() if not passed]
        print("{Isolated}" if not failed else "not isolated: " + ", ".join(failed))
        """;

    private static readonly SandboxLimits Limits = new() { WallTime = TimeSpan.FromSeconds(30) };

    /// <summary>Finds a command that isolates.</summary>
    /// <exception cref="SandboxUnavailableException">No command isolates.</exception>
    public static async Task<BubblewrapCommand> FindCommandAsync(BubblewrapSandboxOptions options, CancellationToken cancellationToken)
    {
        BubblewrapTools tools = BubblewrapTools.Find();
        SandboxLanguage python = SandboxLanguage.Python;
        if (!File.Exists(python.Interpreter))
        {
            throw new SandboxUnavailableException(
                $"The sandbox needs {python.Interpreter}: install {python.Package} (apt-get install {python.Package}). "
                    + "A Python outside /usr can't be seen inside."
            );
        }

        int? unprivilegedId = NativeMethods.GetEffectiveUserId() == 0 ? options.UnprivilegedId : null;
        string? firstFailure = null;
        foreach ((bool mountProc, bool disableUserNamespaces) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            var command = new BubblewrapCommand(tools, unprivilegedId, mountProc, disableUserNamespaces);
            string? failure = await FindFailureAsync(command, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                return command;
            }

            firstFailure ??= failure;
        }

        throw new SandboxUnavailableException(
            $"This machine can't isolate programs: {firstFailure}. bubblewrap 0.8 or newer and unprivileged user namespaces are needed "
                + "(in a container: a seccomp profile that allows them; on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0)."
        );
    }

    /// <summary>Runs the program that checks isolation.</summary>
    /// <returns>What went wrong; null if the program was isolated.</returns>
    public static async Task<string?> FindFailureAsync(BubblewrapCommand command, CancellationToken cancellationToken)
    {
        try
        {
            (SandboxResult? result, string error) = await BubblewrapRun
                .ExecuteAsync(command, SandboxLanguage.Python, new SandboxProgram(SelfExamination), Limits, cancellationToken)
                .ConfigureAwait(false);
            return result?.StandardOutput.Trim() == Isolated ? null
                : result is { StandardOutput.Length: > 0 } ? result.StandardOutput.Trim()
                : error.Length > 0 ? error.Trim()
                : "bubblewrap ended without a word";
        }
        catch (Win32Exception exception)
        {
            return exception.Message;
        }
    }
}
