using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox;

/// <summary>Attacks from inside.</summary>
public sealed class SandboxIsolationTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Network_HostListeners_AreOutOfReach()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string name = $"sandbox-test-{Guid.NewGuid():N}";
        using var abstractListener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        abstractListener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        abstractListener.Listen();

        string source = $"""
            import socket
            def attempt(label, action):
                try:
                    action()
                    print("reached", label)
                except OSError:
                    pass
            attempt("loopback", lambda: socket.create_connection(("127.0.0.1", {port}), 1))
            attempt("outside", lambda: socket.create_connection(("192.0.2.1", 80), 1))
            attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)))
            attempt("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\0{name}"))
            attempt("name", lambda: socket.getaddrinfo("example.org", 80))
            attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
            attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
            print("done")
            """;
        SandboxResult result = await fixture.RunAsync(source);
        Assert.Equal(("done\n", ""), (result.StandardOutput, result.StandardError));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Files_OfTheHost_AreAbsent()
    {
        string secret = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(secret, "secret");
            string source = $"""
                import os
                paths = [r"{secret}", r"{AppContext.BaseDirectory}", "/etc/hostname", "/etc/shadow", "/home", "/root", "/var", "/sys", "/run", "/proc/1/root{secret}"]
                print([path for path in paths if os.path.exists(path)])
                print(sorted(os.listdir("/")), os.listdir("/etc"), os.listdir("."), os.listdir("/dev/shm"))
                """;
            SandboxResult result = await fixture.RunAsync(source);
            string[] lines = result.StandardOutput.Split('\n');
            Assert.Equal("[]", lines[0]);
            foreach (string folder in new[] { "home", "root", "var", "sys", "run", "mnt", "media", "srv", "opt", "boot" })
            {
                Assert.DoesNotContain($"'{folder}'", lines[1]);
            }

            Assert.EndsWith("['solution.py'] []", lines[1]);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public async Task Files_OfTheSystem_CannotBeWritten()
    {
        const string Source = """
            import os
            def attempt(label, action):
                try:
                    action()
                    print("did", label)
                except OSError:
                    pass
            for path in ["/x", "/usr/x", "/usr/bin/x", "/etc/x", "/dev/x", "/proc/x", "/lib/x", "/launcher/x", "/solution.py"]:
                attempt(path, lambda: open(path, "w"))
            for path in ["/usr/bin/python3", "/etc/ld.so.cache", "/launcher/task.py"]:
                attempt(path, lambda: open(path, "r+"))
                attempt("unlink " + path, lambda: os.unlink(path))
                attempt("chmod " + path, lambda: os.chmod(path, 0o777))
            attempt("mkdir", lambda: os.mkdir("/new"))
            attempt("device", lambda: os.mknod("/box/device", 0o660 | 0o060000, os.makedev(8, 0)))
            for folder, _, files in os.walk("/proc/sys"):
                for name in files:
                    attempt(os.path.join(folder, name), lambda: os.close(os.open(os.path.join(folder, name), os.O_WRONLY)))
            for path in ["/proc/sysrq-trigger", "/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda"]:
                attempt(path, lambda: os.open(path, os.O_RDWR))
            print("done")
            """;
        SandboxResult result = await fixture.RunAsync(Source);
        Assert.Equal(("done\n", ""), (result.StandardOutput, result.StandardError));
    }

    [Fact]
    public async Task Privileges_AreNone()
    {
        const string Source = """
            import ctypes, os
            libc = ctypes.CDLL(None, use_errno=True)
            status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
            print(os.getresuid(), os.getresgid(), os.getgroups() in ([], [65534]), [status[name].strip("\t0") for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb", "CapInh")], status["NoNewPrivs"].strip())
            for attempt in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.chroot("/box"), lambda: os.nice(-5)):
                try:
                    attempt()
                    print("did")
                except OSError:
                    pass
            print(libc.mount(b"none", b"/box", b"tmpfs", 0, None), libc.unshare(0x10000000), libc.unshare(0x20000), libc.sethostname(b"x", 1), libc.swapoff(b"/x"))
            """;
        SandboxResult result = await fixture.RunAsync(Source);
        Assert.Equal("(1000, 1000, 1000) (1000, 1000, 1000) True ['', '', '', '', ''] 1\n-1 -1 -1 -1 -1\n", result.StandardOutput);
    }

    [Fact]
    public async Task Processes_OfTheHost_AreInvisibleAndOutOfReach()
    {
        const string Source = """
            import os, signal
            print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
            for pid in [1] + list(range(3, 70000)):
                try:
                    os.kill(pid, signal.SIGKILL)
                    if pid != 1:
                        print("killed", pid)
                except (ProcessLookupError, PermissionError):
                    pass
            try:
                print(open("/proc/1/environ", "rb").read())
            except PermissionError:
                print("refused")
            """;
        SandboxResult result = await fixture.RunAsync(Source);
        Assert.Equal("[1, 2]\nrefused\n", result.StandardOutput);
        Assert.Equal(SandboxOutcome.Passed, result.Outcome);
    }

    [Fact]
    public async Task Environment_HoldsNothingOfTheHost()
    {
        Environment.SetEnvironmentVariable("SANDBOX_TEST_SECRET", "secret");
        SandboxResult result = await fixture.RunAsync("import os; print(sorted(os.environ), os.environ.get('HOME'))");
        Assert.Equal(
            "['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'PATH', 'PYTHONHASHSEED', "
                + "'PYTHONSAFEPATH', 'PYTHONUTF8', 'TMPDIR', 'TZ', 'USER'] /box\n",
            result.StandardOutput
        );
    }

    [Fact]
    public async Task Descriptors_OfTheHost_AreNotInherited()
    {
        // Opened as native libraries open files: without close-on-exec.
        int leaked = Duplicate(File.OpenHandle("/etc/hostname"));
        try
        {
            SandboxResult result = await fixture.RunAsync(
                "import os; print([fd for fd in range(1024) if os.path.exists(f'/proc/self/fd/{fd}')])"
            );
            Assert.Equal("[0, 1, 2]\n", result.StandardOutput);
        }
        finally
        {
            new Microsoft.Win32.SafeHandles.SafeFileHandle(leaked, ownsHandle: true).Dispose();
        }
    }

    [Fact]
    public async Task Orphans_DieWithTheProgram()
    {
        string mark = $"orphan-{Guid.NewGuid():N}";
        string source = $"""
            import os, sys, time
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    for fd in range(3):
                        os.close(fd)
                    os.execv("/usr/bin/python3", ["python3", "-c", "import time; time.sleep(1000)", "{mark}"])
                os._exit(0)
            os.wait()
            time.sleep(0.3)
            print(sum("{mark}" in open("/proc/" + p + "/cmdline").read() for p in os.listdir("/proc") if p.isdigit()))
            """;
        SandboxResult result = await fixture.RunAsync(source);
        Assert.Equal((SandboxOutcome.Passed, "1\n"), (result.Outcome, result.StandardOutput));
        await HostProcesses.AssertNoneAsync(mark);
    }

    [Fact]
    public async Task Runs_LeaveNothingToEachOther()
    {
        await fixture.RunAsync("open('/box/left', 'w').write('x'); open('/dev/shm/left', 'w').write('x')");
        SandboxResult result = await fixture.RunAsync("import os; print(os.listdir('/box'), os.listdir('/dev/shm'))");
        Assert.Equal("['solution.py'] []\n", result.StandardOutput);
    }

    [Fact]
    public async Task Terminal_CannotBeTakenOver()
    {
        SandboxResult result = await fixture.RunAsync(
            "import os\ntry:\n    os.open('/dev/tty', os.O_RDWR)\n    print('tty')\nexcept OSError as error:\n    print(error.errno)"
        );
        Assert.Equal("6\n", result.StandardOutput);
    }

    private static int Duplicate(SafeHandle handle)
    {
        using (handle)
        {
            return dup((int)handle.DangerousGetHandle());
        }

        [DllImport("libc")]
        static extern int dup(int descriptor);
    }
}
