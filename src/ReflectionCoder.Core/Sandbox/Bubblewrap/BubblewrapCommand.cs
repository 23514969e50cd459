using System.Globalization;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>The command line of one isolated run.</summary>
/// <param name="Tools">The programs that it calls.</param>
/// <param name="UnprivilegedId">The user id that bubblewrap runs as; null for the caller's.</param>
/// <param name="MountProc">Whether the sandbox gets its own /proc.</param>
/// <param name="DisableUserNamespaces">Whether programs are forbidden to create user namespaces.</param>
internal sealed record BubblewrapCommand(BubblewrapTools Tools, int? UnprivilegedId, bool MountProc, bool DisableUserNamespaces)
{
    /// <summary>The program's folder inside the sandbox: a small file system in memory, which is gone after the run.</summary>
    public const string WorkFolder = "/box";

    /// <summary>File descriptor to which bubblewrap reports the start and the exit code. Closed before the program starts.</summary>
    public const int StatusDescriptor = 3;

    /// <summary>File descriptor of the program's source. Closed before the program starts.</summary>
    public const int SourceDescriptor = 4;

    /// <summary>User and group id inside the sandbox: not root, and independent of the host's user.</summary>
    private const string InsideId = "1000";

    private static readonly string[] SystemFolders = ["bin", "lib", "lib32", "lib64"];

    /// <summary>Builds the command line: the program to start, then its arguments.</summary>
    public IReadOnlyList<string> Build(SandboxLanguage language, SandboxLimits limits)
    {
        var line = new List<string>(96);
        if (UnprivilegedId is { } id)
        {
            string text = Text(id);
            line.AddRange([
                Tools.SetPrivileges,
                "--reuid",
                text,
                "--regid",
                text,
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs",
            ]);
        }

        line.AddRange([
            Tools.Bubblewrap,
            "--unshare-user",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup",
        ]);
        if (DisableUserNamespaces)
        {
            line.Add("--disable-userns");
        }

        line.AddRange(["--uid", InsideId, "--gid", InsideId, "--hostname", "sandbox", "--die-with-parent", "--new-session"]);
        AddEnvironment(line, language);
        AddFileSystem(line, language, limits);
        line.AddRange(["--json-status-fd", Text(StatusDescriptor), "--"]);

        // The limits are set inside the sandbox. Outside, all sandboxes of the user together would count for the process limit. Inside,
        // bubblewrap's own process counts too, hence one more.
        long cpuSeconds = Math.Max(1, (long)Math.Ceiling(limits.CpuTime.TotalSeconds));
        line.AddRange([
            Tools.ProcessLimits,
            $"--cpu={Text(cpuSeconds)}:{Text(cpuSeconds + 1)}",
            $"--as={Text(limits.MemoryBytes)}",
            $"--nproc={Text(limits.Processes + 1)}",
            $"--nofile={Text(limits.OpenFiles)}",
            $"--fsize={Text(limits.WorkFolderBytes)}",
            "--core=0",
            "--",
            language.Interpreter,
            .. language.Arguments,
            language.FileName,
        ]);
        return line;
    }

    private static void AddEnvironment(List<string> line, SandboxLanguage language)
    {
        line.Add("--clearenv");
        Add("PATH", "/usr/bin:/bin");
        Add("HOME", WorkFolder);
        Add("TMPDIR", WorkFolder);
        Add("USER", "sandbox");
        Add("LOGNAME", "sandbox");
        Add("LANG", "C.UTF-8");
        Add("LC_ALL", "C.UTF-8");
        Add("TZ", "UTC");
        foreach ((string name, string value) in language.Environment)
        {
            Add(name, value);
        }

        void Add(string name, string value) => line.AddRange(["--setenv", name, value]);
    }

    private void AddFileSystem(List<string> line, SandboxLanguage language, SandboxLimits limits)
    {
        line.AddRange(["--ro-bind", "/usr", "/usr"]);
        foreach (string folder in SystemFolders)
        {
            string path = "/" + folder;
            if (new DirectoryInfo(path) is { Exists: true } info)
            {
                line.AddRange(info.LinkTarget is null ? ["--ro-bind", path, path] : ["--symlink", "usr/" + folder, path]);
            }
        }

        // The dynamic linker needs these two to find libraries. Nothing else of /etc is visible.
        line.AddRange(["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]);
        if (MountProc)
        {
            // The program's user owns the namespace, and could change some kernel settings of it. So all of them are read-only.
            line.AddRange(["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"]);
        }

        // Every folder that can be written is in memory and has a size limit. The rest is read-only.
        string size = Text(limits.WorkFolderBytes);
        line.AddRange(["--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]);
        line.AddRange(["--size", size, "--tmpfs", WorkFolder, "--symlink", WorkFolder.TrimStart('/'), "/tmp"]);
        line.AddRange(["--perms", "0444", "--ro-bind-data", Text(SourceDescriptor), $"{WorkFolder}/{language.FileName}"]);
        line.AddRange(["--remount-ro", "/", "--chdir", WorkFolder]);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
