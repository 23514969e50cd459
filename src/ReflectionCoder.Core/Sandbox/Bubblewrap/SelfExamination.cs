using System.ComponentModel;
using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>Checks from inside a sandbox whether it isolates.</summary>
internal static class SelfExamination
{
    private const string Isolated = "isolated";

    /// <summary>A Python program that prints one word if it is isolated, and what is open if not.</summary>
    private const string Source = $"""
        import os, socket

        def refused(action):
            try:
                action()
            except OSError:
                return True
            return False

        def write(path):
            with open(path, "r+b"):
                pass

        def status():
            try:
                return dict(line.split(":", 1) for line in open("/proc/self/status"))
            except OSError:
                return None

        own = status()
        uid = os.getuid() != 0 and os.geteuid() != 0
        network = refused(lambda: socket.create_connection(("192.0.2.1", 9), 0.2))
        files = not any(os.path.exists(path) for path in ("/home", "/root", "/var", "/etc/hostname", "/etc/shadow"))
        system = refused(lambda: open("/new", "w")) and refused(lambda: open("/usr/new", "w")) and refused(lambda: open("/dev/new", "w"))
        kernel = refused(lambda: write("/proc/sys/kernel/core_pattern"))
        processes = sum(name.isdigit() for name in os.listdir("/proc")) <= 3
        rights = own is None or (int(own["CapEff"], 16) == 0 and int(own["CapBnd"], 16) == 0 and int(own["NoNewPrivs"]) == 1)
        checks = dict(uid=uid, network=network, files=files, system=system, kernel=kernel, processes=processes, rights=rights)
        failed = [name for name, passed in checks.items() if not passed]
        print("{Isolated}" if not failed else "not isolated: " + ", ".join(failed))
        """;

    private static readonly SandboxLimits Limits = new() { WallTime = TimeSpan.FromSeconds(30) };

    /// <summary>Runs the program.</summary>
    /// <returns>What went wrong; null if the program was isolated.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="Win32Exception">The server is gone.</exception>
    public static async Task<string?> FindFailureAsync(SandboxServer server, CancellationToken cancellationToken)
    {
        SandboxLanguage python = SandboxLanguages.Python;
        using SafeFileHandle files = WorkArchive.Create([KeyValuePair.Create(python.SourceFile, Source)]);
        string[] line = [BubblewrapTools.Python, "-B", "-s", python.SourceFile];
        TaskResult run = await TaskRun
            .ExecuteAsync(server, new TaskCommand(python, line, Fork: false, Limits, files), cancellationToken)
            .ConfigureAwait(false);
        return run.Result switch
        {
            null => run.Error,
            { StandardOutput: Isolated + "\n" } => null,
            { StandardOutput.Length: > 0 } result => result.StandardOutput.Trim(),
            { } result => $"a harmless program ended with {result.Outcome}: {result.StandardError.Trim()}",
        };
    }
}
