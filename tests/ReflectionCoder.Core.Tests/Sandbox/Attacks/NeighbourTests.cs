using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>Ways to files of the host, and to other programs that run in the same sandbox at the same time.</summary>
public sealed class NeighbourTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    [Fact]
    public async Task Links_OutOfTheWorkFolder_LeadNowhere()
    {
        string secret = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(secret, "secret");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(
                    secret,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead
                );
            }

            string source = AttackSource.Of(
                $"""
                def follow(target):
                    os.symlink(target, "link")
                    try:
                        if open("link").read() != "secret":
                            raise OSError("other content")
                    finally:
                        os.unlink("link")
                attempt("read by name", lambda: open("{secret}").read())
                attempt("follow a link", lambda: follow("{secret}"))
                attempt("follow a link up", lambda: follow("../" * 20 + "{secret.TrimStart('/')}"))
                for process in (1, 2, "self", "thread-self", os.getppid()):
                    attempt(f"follow a link through the root of {"{process}"}", lambda: follow(f"/proc/{"{process}"}/root{secret}"))
                attempt("make a hard link", lambda: os.link("{secret}", "hard"))
                attempt("make a hard link to the system", lambda: os.link("/usr/bin/env", "hard"))
                print("end")
                """
            );
            AttackSource.AssertNothingAchieved(await fixture.RunAsync(source));
            IReadOnlyList<string> achieved = AttackSource.Achieved(await fixture.RunUnisolatedAsync(source));
            Assert.Contains("read by name", achieved);
            Assert.Contains("follow a link", achieved);
            Assert.Contains("follow a link through the root of self", achieved);
            Assert.Contains("make a hard link", achieved);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public async Task Kernel_FilesAndDevices_CannotBeWritten()
    {
        string source = AttackSource.Of(
            """
            import stat
            def write(path):
                os.close(os.open(path, os.O_WRONLY))
            for path in ("kernel/core_pattern", "kernel/hostname", "vm/overcommit_memory", "fs/file-max", "user/max_user_namespaces"):
                attempt("open " + path, lambda: write("/proc/sys/" + path))
            attempt("open sysrq-trigger", lambda: write("/proc/sysrq-trigger"))
            for name, kind, number in (("memory", stat.S_IFCHR, (1, 1)), ("null", stat.S_IFCHR, (1, 3)), ("disk", stat.S_IFBLK, (254, 0))):
                attempt("make " + name, lambda: os.mknod(name, 0o666 | kind, os.makedev(*number)))
            attempt("see /sys", lambda: os.listdir("/sys"))
            attempt("see shared terminals", lambda: os.stat("/dev/pts/ptmx"))
            attempt("open a terminal", lambda: os.open("/dev/ptmx", os.O_RDWR))
            attempt("see messages", lambda: os.stat("/dev/kmsg"))
            print("end")
            """
        );
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(source));
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root could.");
        IReadOnlyList<string> achieved = AttackSource.Achieved(await fixture.RunUnisolatedAsync(source));
        Assert.Contains("open kernel/core_pattern", achieved);
        Assert.Contains("make memory", achieved);
        Assert.Contains("see /sys", achieved);
    }

    /// <summary>The server holds the pipes of all programs that run; each may have only its own three descriptors.</summary>
    [Fact]
    public async Task Descriptors_OfManyAtOnce_AreTheirOwn()
    {
        const string Source = """
            import os, time
            time.sleep(0.05)
            print(sorted(os.listdir('/proc/self/fd'))[:-1], [os.readlink('/proc/self/fd/' + n)[:5] for n in '012'])
            """;
        SandboxResult[] results = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => fixture.RunAsync(Source)));
        Assert.All(results, result => Assert.Equal("['0', '1', '2'] ['/dev/', 'pipe:', 'pipe:']\n", result.StandardOutput));
    }

    /// <summary>One program listens, writes files, and waits; the other looks for it.</summary>
    [Fact]
    public async Task Programs_AtTheSameTime_DoNotMeet()
    {
        string mark = $"neighbour-{Guid.NewGuid():N}";
        string victim = AttackSource.Marked(
            mark,
            $"""
            server = socket.socket(socket.AF_UNIX)
            server.bind("\0{mark}")
            for folder in ("/tmp/", "/dev/shm/"):
                open(folder + "{mark}", "w").write("secret")
            time.sleep(2)
            print("unharmed", flush=True)
            """
        );
        string attacker = AttackSource.Marked(
            "attacker",
            $"""
            def processes():
                found = []
                for pid in os.listdir("/proc"):
                    if pid.isdigit():
                        try:
                            if "{mark}" in open("/proc/" + pid + "/cmdline").read():
                                found.append(int(pid))
                        except OSError:
                            pass
                if not found:
                    raise OSError("there is none")
                return found
            def find_socket():
                with socket.socket(socket.AF_UNIX) as other:
                    try:
                        other.bind("\0{mark}")
                    except OSError as error:
                        if error.errno == errno.EADDRINUSE:
                            return
                    raise OSError("the name is free")
            def repeat(name, action):
                end = time.monotonic() + 0.5
                while time.monotonic() < end:
                    try:
                        action()
                    except OSError:
                        time.sleep(0.05)
                    else:
                        print("did", name, flush=True)
                        return
            repeat("see its process", processes)
            repeat("reach its socket", find_socket)
            for folder in ("/tmp/", "/dev/shm/"):
                repeat("read its file in " + folder, lambda: open(folder + "{mark}").read())
            repeat("kill it", lambda: [os.kill(pid, signal.SIGKILL) for pid in processes()])
            print("end")
            """
        );
        fixture.SkipIfUnavailable();
        Task<SandboxResult> attacked = fixture.RunAsync(victim);
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(attacker));
        Assert.EndsWith("unharmed\n", (await attacked).StandardOutput);

        attacked = fixture.RunUnisolatedAsync(victim);
        IReadOnlyList<string> achieved = AttackSource.Achieved(await fixture.RunUnisolatedAsync(attacker));
        Assert.Equal(137, (await attacked).ExitCode);
        File.Delete("/tmp/" + mark);
        File.Delete("/dev/shm/" + mark);
        Assert.Equal(["see its process", "reach its socket", "read its file in /tmp/", "read its file in /dev/shm/", "kill it"], achieved);
    }
}
