using System.Globalization;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>The command line that starts the server, which in turn starts the programs, isolated from the machine.</summary>
/// <param name="Tools">The programs that it calls.</param>
/// <param name="UnprivilegedId">The user id that bubblewrap runs as; null for the caller's.</param>
/// <param name="MountProc">Whether the machine allows a /proc of the sandbox's own. If not, programs see an empty folder.</param>
internal sealed record BubblewrapCommand(BubblewrapTools Tools, int? UnprivilegedId, bool MountProc)
{
    /// <summary>The program's folder inside the sandbox: a small file system in memory, which is gone after the run.</summary>
    public const string WorkFolder = "/box";

    /// <summary>The folders in which tools are looked up inside the sandbox.</summary>
    public const string Path = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>Folder of the server's files.</summary>
    private const string ServerFolder = "/launcher";

    /// <summary>User and group id inside the sandbox: not root, and independent of the host's user.</summary>
    private const string InsideId = "1000";

    private static readonly string[] SystemFolders = ["bin", "lib", "lib32", "lib64"];

    /// <summary>Environment variables of the server and of every program.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string>
        {
            ["PATH"] = Path,
            ["HOME"] = WorkFolder,
            ["TMPDIR"] = WorkFolder,
            ["USER"] = "sandbox",
            ["LOGNAME"] = "sandbox",
            ["LANG"] = "C.UTF-8",
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "UTC",
        };

    /// <summary>Builds the command line: the program to start, then its arguments.</summary>
    /// <param name="languages">The languages whose folders are shown.</param>
    /// <param name="files">
    /// Names of the server's files, or full paths of others. The first one is run; the others' descriptors follow that of the first.
    /// </param>
    /// <param name="firstDescriptor">Descriptor of the first file.</param>
    /// <param name="profile">What the server is told about itself, as JSON.</param>
    public IReadOnlyList<string> Build(
        IReadOnlyList<SandboxLanguage> languages,
        IReadOnlyList<string> files,
        int firstDescriptor,
        string profile
    )
    {
        var line = new List<string>(128);
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
            "--uid",
            InsideId,
            "--gid",
            InsideId,
            "--hostname",
            "sandbox",
            "--die-with-parent",
            "--new-session",
            "--as-pid-1",
        ]);
        foreach ((string name, string value) in Environment.Concat(SandboxLanguages.Python.Environment))
        {
            line.AddRange(["--setenv", name, value]);
        }

        AddFileSystem(line, languages);
        line.AddRange(["--dir", ServerFolder]);
        foreach ((int index, string file) in files.Index())
        {
            line.AddRange(["--file", Text(firstDescriptor + index), System.IO.Path.Combine(ServerFolder, file)]);
        }

        line.AddRange(["--remount-ro", "/", "--", BubblewrapTools.Python, "-B", "-s", $"{ServerFolder}/{files[0]}", profile]);
        return line;
    }

    private void AddFileSystem(List<string> line, IReadOnlyList<SandboxLanguage> languages)
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

        // The dynamic linker needs these two to find libraries. Of /etc nothing else is visible, but for the languages' folders.
        line.AddRange(["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]);
        foreach (string folder in languages.SelectMany(language => language.Folders).Distinct())
        {
            line.AddRange(["--ro-bind-try", folder, folder]);
        }

        // The server writes there which users its tasks have. Where a /proc of its own is forbidden, it uses the machine's and hides it
        // from the tasks.
        line.AddRange(MountProc ? ["--proc", "/proc"] : ["--bind", "/proc", "/proc"]);

        // The server mounts a small file system on the folders that programs may write to, for each program its own.
        // /dev/full gives zeros too, but can't be mapped: a shared mapping of /dev/zero is memory that no process shows.
        line.AddRange([
            "--dev",
            "/dev",
            "--dev-bind",
            "/dev/full",
            "/dev/zero",
            "--remount-ro",
            "/dev",
            "--dir",
            WorkFolder,
            "--symlink",
            WorkFolder.TrimStart('/'),
            "/tmp",
        ]);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
