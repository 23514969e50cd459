namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>Where the programs that isolation needs lie, as full paths.</summary>
/// <param name="Bubblewrap"><c>bwrap</c>.</param>
/// <param name="SetPrivileges"><c>setpriv</c>, of util-linux.</param>
/// <param name="ProcessLimits"><c>prlimit</c>, of util-linux; seen inside the sandbox too.</param>
internal sealed record BubblewrapTools(string Bubblewrap, string SetPrivileges, string ProcessLimits)
{
    // PATH isn't asked: what it names may lie where nobody but the caller can read, or be another program.
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>Finds them.</summary>
    /// <exception cref="SandboxUnavailableException">One is missing; the message says which and how to get it.</exception>
    public static BubblewrapTools Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new SandboxUnavailableException(
                "Isolation needs Linux (bubblewrap). UnisolatedSandbox runs programs without protection."
            );
        }

        return new BubblewrapTools(FindTool("bwrap", "bubblewrap"), FindTool("setpriv", "util-linux"), FindTool("prlimit", "util-linux"));
    }

    private static string FindTool(string name, string package) =>
        Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new SandboxUnavailableException(
            $"Isolation needs '{name}', which isn't in /usr/bin: install {package} (apt-get install {package})."
        );
}
