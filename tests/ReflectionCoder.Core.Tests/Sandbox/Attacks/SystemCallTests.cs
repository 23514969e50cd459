using System.Runtime.InteropServices;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>System calls that no program needs, and that have been ways out. Without the filter the kernel answers each of them.</summary>
public sealed class SystemCallTests(AttackFixture fixture) : IClassFixture<AttackFixture>
{
    /// <summary>Names and arguments, by their x86-64 numbers. Those that could hurt have arguments that the kernel refuses.</summary>
    public static TheoryData<string, string> Calls { get; } =
        new()
        {
            { "io_uring_setup", "425, 0, 0" },
            { "io_uring_enter", "426, -1, 0, 0, 0, 0, 0" },
            { "io_uring_register", "427, -1, 0, 0, 0" },
            { "io_setup", "206, 1, 0" },
            { "userfaultfd", "323, 1" },
            { "keyctl", "250, 0, -3, 0" },
            { "add_key", "248, 0, 0, 0, 0, 0" },
            { "request_key", "249, 0, 0, 0, 0" },
            { "ptrace", "101, 0, 0, 0, 0" },
            { "process_vm_readv", "310, 1, 0, 0, 0, 0, 0" },
            { "process_vm_writev", "311, 1, 0, 0, 0, 0, 0" },
            { "process_madvise", "440, -1, 0, 0, 0, 0" },
            { "process_mrelease", "448, -1, 0" },
            { "pidfd_getfd", "438, -1, 0, 0" },
            { "kcmp", "312, 1, 1, 0, 0, 0" },
            { "bpf", "321, 0, 0, 0" },
            { "perf_event_open", "298, 0, 0, 0, -1, 0" },
            { "unshare", "272, 0x20000" },
            { "setns", "308, -1, 0" },
            { "clone3", "435, 0, 0" },
            { "mount", "165, 0, 0, 0, 0, 0" },
            { "umount2", "166, 0, 0" },
            { "fsopen", "430, 0, 0" },
            { "fsmount", "432, -1, 0, 0" },
            { "fspick", "433, -1, 0, 0" },
            { "open_tree", "428, -1, 0, 0" },
            { "move_mount", "429, -1, 0, -1, 0, 0" },
            { "mount_setattr", "442, -1, 0, 0, 0, 0" },
            { "chroot", "161, 0" },
            { "pivot_root", "155, 0, 0" },
            { "name_to_handle_at", "303, -1, 0, 0, 0, 0" },
            { "open_by_handle_at", "304, -1, 0, 0" },
            { "fanotify_init", "300, 0, 0" },
            { "seccomp", "317, 2, 0, 0" },
            { "modify_ldt", "154, 0, 0, 0" },
            { "quotactl", "179, 0, 0, 0, 0" },
            { "acct", "163, 0" },
            { "swapon", "167, 0, 0" },
            { "swapoff", "168, 0" },
            { "reboot", "169, 0, 0, 0, 0" },
            { "kexec_load", "246, 0, 0, 0, -1" },
            { "init_module", "175, 0, 0, 0" },
            { "finit_module", "313, -1, 0, 0" },
            { "delete_module", "176, 0, 0" },
            { "syslog", "103, 3, 0, 0" },
            { "iopl", "172, 3" },
            { "ioperm", "173, 0, 1, 1" },
            { "vhangup", "153" },
            { "settimeofday", "164, 1, 0" },
            { "clock_settime", "227, 0, 0" },
            { "sethostname", "170, 0, -1" },
            { "memfd_create", "319, 0, 0" },
            { "memfd_secret", "447, 0" },
            { "shmget", "29, 0, 4096, 0o1600" },
            { "msgget", "68, 0, 0o1600" },
            { "semget", "64, 0, 1, 0o1600" },
            { "mq_open", "240, 0, 0, 0, 0" },
            { "migrate_pages", "256, 0, 0, 0, 0" },
            { "move_pages", "279, 0, 0, 0, 0, 0, 0" },
            { "getpid of x32", "0x40000000 | 39" },
            { "ptrace of x32", "0x40000000 | 521, 0, 0, 0, 0" },
        };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_Forbidden_DoesNotReachTheKernel(string name, string arguments)
    {
        SkipUnlessX64();
        string source = AttackSource.Of($"reach('{name}', {arguments})\nprint('end')");
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(source));
        SandboxResult weakened = await fixture.RunAsync(AttackFixture.WithoutFilter, source);
        Assert.SkipWhen(AttackSource.Achieved(weakened).Count == 0, $"This kernel has no {name}: nothing to keep out.");
        Assert.Equal([name], AttackSource.Achieved(weakened));
    }

    /// <summary>Another socket than AF_UNIX may leave the network namespace, or reach old kernel code.</summary>
    [Theory]
    [InlineData("AF_INET", "socket.socket(2, socket.SOCK_STREAM)")]
    [InlineData("AF_INET datagrams", "socket.socket(2, socket.SOCK_DGRAM)")]
    [InlineData("AF_INET raw", "socket.socket(2, socket.SOCK_RAW, 1)")]
    [InlineData("AF_INET6", "socket.socket(10, socket.SOCK_STREAM)")]
    [InlineData("AF_NETLINK", "socket.socket(16, socket.SOCK_RAW, 0)")]
    [InlineData("AF_PACKET", "socket.socket(17, socket.SOCK_RAW, 0)")]
    [InlineData("AF_ALG", "socket.socket(38, socket.SOCK_SEQPACKET)")]
    [InlineData("AF_VSOCK", "socket.socket(40, socket.SOCK_STREAM)")]
    [InlineData("AF_KEY", "socket.socket(15, socket.SOCK_RAW, 2)")]
    [InlineData("AF_XDP", "socket.socket(44, socket.SOCK_RAW, 0)")]
    [InlineData("AF_INET pair", "socket.socketpair(2, socket.SOCK_STREAM)")]
    public async Task Socket_NotOfTheUnixFamily_IsRefused(string name, string call)
    {
        string source = AttackSource.Of($"attempt('{name}', lambda: {call})\nprint('end')");
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(source));
        SandboxResult unsafely = await fixture.RunUnisolatedAsync(source);
        Assert.SkipWhen(AttackSource.Achieved(unsafely).Count == 0, $"This system has no {name}: {unsafely.StandardError}");
        Assert.Equal([name], AttackSource.Achieved(unsafely));
    }

    [Fact]
    public async Task Socket_OfTheUnixFamily_Works()
    {
        const string Source = """
            one, two = socket.socketpair()
            one.sendall(b"x")
            print(two.recv(1))
            """;
        Assert.Equal("b'x'\n", (await fixture.RunAsync(AttackSource.Of(Source))).StandardOutput);
    }

    [Theory]
    [InlineData("user", 0x10000000)]
    [InlineData("mount", 0x00020000)]
    [InlineData("user and mount", 0x10020000)]
    [InlineData("pid", 0x20000000)]
    [InlineData("net", 0x40000000)]
    [InlineData("ipc", 0x08000000)]
    [InlineData("uts", 0x04000000)]
    [InlineData("cgroup", 0x02000000)]
    [InlineData("time", 0x00000080)]
    public async Task Clone_WithANamespace_IsRefused(string name, uint flag)
    {
        SkipUnlessX64();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root may make each of them outside the sandbox.");
        string source = AttackSource.Of(
            $$"""
            def clone():
                if call(56, {{flag}} | signal.SIGCHLD, 0, 0, 0, 0) == 0:
                    os._exit(0)
                os.wait()
            # The bits of CLONE_NEWTIME are those of the exit signal: only unshare makes such a namespace.
            if {{flag}} != 0x80:
                attempt("clone {{name}}", clone)
            def in_a_child(action):
                pid = os.fork()
                if pid == 0:
                    try:
                        action()
                    except OSError as error:
                        os._exit(error.errno)
                    os._exit(0)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                if code:
                    raise OSError(code, os.strerror(code))
            attempt("unshare {{name}}", lambda: in_a_child(lambda: call(272, {{flag}})))
            print("end")
            """
        );
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(source));
        Assert.Contains($"unshare {name}", AttackSource.Achieved(await fixture.RunUnisolatedAsync(source)));
    }

    /// <summary>The numbers of 32-bit calls mean others, so that a filter that looks at numbers alone can be passed by.</summary>
    [Fact]
    public async Task Call_By32BitGate_IsRefused()
    {
        SkipUnlessX64();
        string source = AttackSource.Of(
            """
            def gate(number):
                code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
                # push rbx; mov eax, number; xor ebx, ebx; xor ecx, ecx; int 0x80; pop rbx; ret
                code.write(b"\x53\xb8" + struct.pack("<I", number) + b"\x31\xdb\x31\xc9\xcd\x80\x5b\xc3")
                return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
            for name, number in (("getpid", 20), ("ptrace", 26), ("shmat", 397), ("keyctl", 288)):
                pid = os.fork()
                if pid == 0:
                    os._exit(0 if gate(number) != -errno.ENOSYS else 1)
                if os.waitpid(pid, 0)[1] == 0:
                    print("did", name)
            print("end")
            """
        );
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(source));
        SandboxResult weakened = await fixture.RunAsync(AttackFixture.WithoutFilter, source);
        Assert.SkipWhen(AttackSource.Achieved(weakened).Count == 0, "This kernel has no 32-bit calls: nothing to keep out.");
        Assert.Contains("getpid", AttackSource.Achieved(weakened));
    }

    /// <summary>Calls that programs need, with values that they don't. The kernel would do each of them.</summary>
    [Fact]
    public async Task Call_WithAForbiddenValue_IsRefused()
    {
        SkipUnlessX64();
        string source = AttackSource.Of(
            """
            def type_into_the_terminal():
                try:
                    fcntl.ioctl(99, 0x5412, b"x")
                except OSError as error:
                    if error.errno != errno.EBADF:  # the kernel's answer
                        raise
            def enlarge(option):
                with socket.socket(socket.AF_UNIX) as end:
                    end.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
            def adopt():
                if call(56, 0x8000 | signal.SIGCHLD, 0, 0, 0, 0) == 0:
                    os._exit(0)
            reader, writer = os.pipe()
            attempt("clear the parent-death signal", lambda: call(157, 1, 0, 0, 0, 0))
            attempt("set a parent-death signal", lambda: call(157, 1, 9, 0, 0, 0))
            attempt("adopt orphans", lambda: call(157, 36, 1, 0, 0, 0))
            attempt("make a child of the first process", adopt)
            attempt("make memory executable that is read", lambda: call(135, 0x400000))
            attempt("type", type_into_the_terminal)
            attempt("enlarge a pipe", lambda: fcntl.fcntl(writer, 1031, 1 << 20))
            attempt("enlarge what is sent", lambda: enlarge(socket.SO_SNDBUF))
            attempt("enlarge what is received", lambda: enlarge(socket.SO_RCVBUF))
            attempt("datagrams", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
            attempt("splice", lambda: call(275, os.open("/usr/bin/python3", os.O_RDONLY), 0, writer, 0, 4096, 0))
            attempt("vmsplice", lambda: call(278, writer, 0, 0, 0))
            attempt("page out", lambda: mmap.mmap(-1, 4096, mmap.MAP_PRIVATE).madvise(21))
            attempt("merge pages", lambda: mmap.mmap(-1, 4096, mmap.MAP_PRIVATE).madvise(12))
            attempt("share memory", lambda: mmap.mmap(-1, 4096, mmap.MAP_SHARED))
            print("end")
            """
        );
        AttackSource.AssertNothingAchieved(await fixture.RunAsync(source));
        IReadOnlyList<string> achieved = AttackSource.Achieved(await fixture.RunAsync(AttackFixture.WithoutFilter, source));
        string[] all = [.. source.Split("attempt(\"").Skip(1).Select(part => part[..part.IndexOf('"', StringComparison.Ordinal)])];
        Assert.Empty(all.Except([.. achieved, "merge pages"])); // a kernel may have no such thing
        Assert.InRange(all.Length, 15, 15);
    }

    private static void SkipUnlessX64() =>
        Assert.SkipUnless(
            RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64,
            "The numbers are those of x86-64."
        );
}
