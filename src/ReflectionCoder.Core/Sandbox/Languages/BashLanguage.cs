namespace ReflectionCoder.Sandbox.Languages;

/// <summary>Bash and the system's commands.</summary>
internal static class BashLanguage
{
    public static SandboxLanguage Create() =>
        new()
        {
            Name = "bash",
            Aliases = ["sh", "shell"],
            SourceFile = "solution.sh",
            Tools = ["bash"],
            Install = "apt-get install bash",
            Run = _ => ["bash", "solution.sh"],
            Environment = new Dictionary<string, string> { ["LC_ALL"] = "C.UTF-8" },
            Folders = ["/etc/alternatives"], // awk is a link through there on Debian
            UsesEpoll = false,
        };
}
