namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>Full paths of the programs that isolation needs.</summary>
/// <param name="Bubblewrap"><c>bwrap</c>.</param>
/// <param name="SetPrivileges"><c>setpriv</c>, a part of util-linux.</param>
internal sealed record BubblewrapTools(string Bubblewrap, string SetPrivileges)
{
    /// <summary>The Python that runs the server. A Python outside /usr can't be seen inside.</summary>
    public const string Python = "/usr/bin/python3";

    // PATH isn't used: a program found there may be another one of the same name, or only the caller may be able to read it.
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>Finds the programs.</summary>
    /// <exception cref="SandboxUnavailableException">A program is missing; the message says which one, and how to get it.</exception>
    public static BubblewrapTools Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new SandboxUnavailableException(
                "Isolation needs Linux (bubblewrap). On Windows, run in WSL 2. UnisolatedSandbox runs programs without protection."
            );
        }

        if (!File.Exists(Python))
        {
            throw new SandboxUnavailableException(
                $"Isolation needs {Python} for any language: install python3 (apt-get install python3). A Python outside /usr can't "
                    + "be seen inside."
            );
        }

        return new BubblewrapTools(FindTool("bwrap", "bubblewrap"), FindTool("setpriv", "util-linux"));
    }

    private static string FindTool(string name, string package) =>
        Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new SandboxUnavailableException(
            $"Isolation needs '{name}', which isn't in /usr/bin: install {package} (apt-get install {package})."
        );
}
