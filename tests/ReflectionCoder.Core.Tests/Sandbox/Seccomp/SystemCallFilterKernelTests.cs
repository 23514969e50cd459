using System.Globalization;
using System.Runtime.InteropServices;
using ReflectionCoder.Sandbox.Seccomp;
using Machine = System.Runtime.InteropServices.Architecture;

namespace ReflectionCoder.Tests.Sandbox.Seccomp;

/// <summary>The filter in the real kernel.</summary>
public sealed class SystemCallFilterKernelTests
{
    private const int NotPermitted = 1;
    private const int Invalid = 22;
    private const int NoTerminal = 25;
    private const int Unknown = 38;
    private const int NoSocketOption = 92;
    private const int NoSocketType = 94;
    private const int NoAddressFamily = 97;

    /// <summary>
    /// Calls with Python's arguments that do no harm without the filter, and have another result then, and the filter's error.
    /// </summary>
    private static readonly (string Name, string Arguments, int Error)[] Attempts =
    [
        ("memfd_create", "b'x', 0", Unknown),
        ("userfaultfd", "1", Unknown),
        ("inotify_init1", "0", Unknown),
        ("io_uring_setup", "0, 0", Unknown),
        ("io_setup", "0, 0", Unknown),
        ("perf_event_open", "0, 0, -1, -1, 0", Unknown),
        ("bpf", "-1, 0, 0", Unknown),
        ("ptrace", "2, -1, 0, 0", Unknown),
        ("process_vm_readv", "-1, 0, 0, 0, 0, 0", Unknown),
        ("process_madvise", "-1, 0, 0, 0, 0", Unknown),
        ("kcmp", "-1, -1, 0, 0, 0", Unknown),
        ("pidfd_open", "-1, 0", Unknown),
        ("pidfd_getfd", "-1, 0, 0", Unknown),
        ("keyctl", "-1, 0, 0, 0, 0", Unknown),
        ("add_key", "0, 0, 0, 0, 0", Unknown),
        ("request_key", "0, 0, 0, 0", Unknown),
        ("unshare", "0", Unknown),
        ("setns", "-1, 0", Unknown),
        ("seccomp", "-1, 0, 0", Unknown),
        ("mount", "0, 0, 0, 0, 0", Unknown),
        ("umount2", "0, 0", Unknown),
        ("pivot_root", "0, 0", Unknown),
        ("chroot", "0", Unknown),
        ("fsopen", "0, 0", Unknown),
        ("open_tree", "-1, 0, 0", Unknown),
        ("move_mount", "-1, 0, -1, 0, 0", Unknown),
        ("open_by_handle_at", "-1, 0, 0", Unknown),
        ("name_to_handle_at", "-1, 0, 0, 0, 0", Unknown),
        ("shmget", "0x7ffffff1, 0, 0", Unknown),
        ("msgget", "0x7ffffff1, 0", Unknown),
        ("semget", "0x7ffffff1, 0, 0", Unknown),
        ("mq_open", "0, 0, 0, 0", Unknown),
        ("setxattr", "0, 0, 0, 0, 0", Unknown),
        ("capset", "0, 0", Unknown),
        ("setgroups", "-1, 0", Unknown),
        ("clock_settime", "0, 0", Unknown),
        ("adjtimex", "0", Unknown),
        ("sethostname", "0, -1", Unknown),
        ("move_pages", "0, 0, 0, 0, 0, 0", Unknown),
        ("vmsplice", "-1, 0, 0, 0", Unknown),
        ("tee", "-1, -1, 0, 0", Unknown),
        ("execveat", "-1, b'', 0, 0, 0", Unknown),
        ("clone3", "0, 0", Unknown),
        ("clone", "0x00020200, 0, 0, 0, 0", NotPermitted), // CLONE_NEWNS and CLONE_FS: the kernel refuses both together
        ("socket", "2, 1, 0", NoAddressFamily),
        ("socket", "2, 2, 0", NoAddressFamily),
        ("socket", "16, 3, 0", NoAddressFamily),
        ("socket", "1, 2, 0", NoSocketType),
        ("socketpair", "1, 2, 0, bytes(8)", NoSocketType),
        ("setsockopt", "-1, 1, 7, 0, 0", NoSocketOption),
        ("mmap", "0, 4096, 3, 0x21, -1, 0", NotPermitted),
        ("mmap", "0, 0, 3, 0x40022, -1, 0", NotPermitted),
        ("madvise", "0, 0, 21", Invalid),
        ("sendfile", "-1, -1, 0, 1", Invalid),
        ("splice", "-1, 0, -1, 0, 1, 0", Invalid),
        ("fcntl", "-1, 1031, 4096", Invalid),
        ("ioctl", "-1, 0x5412, 0", NoTerminal),
        ("prctl", "1, 0, 0, 0, 0", NotPermitted),
        ("prctl", "36, 0, 0, 0, 0", NotPermitted),
        ("personality", "8", NotPermitted),
        ("prlimit64", "os.getppid(), 7, 0, 0", NotPermitted),
        ("setpriority", "1, 0, 0", NotPermitted),
        ("mknodat", "-100, b'/', 0x8000, 0", NotPermitted),
    ];

    [Fact]
    public async Task ForbiddenCalls_ByNumber_AreRefusedOnlyUnderTheFilter()
    {
        FilteredPython.SkipIfUnavailable();
        Dictionary<string, uint> numbers = Numbers();
        string source = string.Concat(Attempts.Select(attempt => $"print(call({numbers[attempt.Name]}, {attempt.Arguments}))\n"));

        int[] filtered = await RunAsync(source, filtered: true);
        Assert.Equal(
            Attempts.Select(attempt => (attempt.Name, attempt.Arguments, attempt.Error)),
            Attempts.Zip(filtered, (attempt, error) => (attempt.Name, attempt.Arguments, error))
        );

        // Without the filter other results prove that the errors were its. A few calls may be missing from a kernel or forbidden by
        // what else this process is in.
        int[] free = await RunAsync(source, filtered: false);
        string[] same = [.. Attempts.Zip(free).Where(pair => pair.First.Error == pair.Second).Select(pair => pair.First.Name)];
        Assert.True(same.Length <= Attempts.Length / 2, $"Refused without the filter too: {string.Join(", ", same)}");
        Assert.Equal(0, free[Array.FindIndex(Attempts, attempt => attempt.Name == "mmap")]);
        Assert.Equal(0, free[Array.FindIndex(Attempts, attempt => attempt.Name == "socket")]);
    }

    [Fact]
    public async Task Calls_Of32Bits_KillTheProcessUnderTheFilter()
    {
        FilteredPython.SkipIfUnavailable();
        Assert.SkipUnless(RuntimeInformation.OSArchitecture == Machine.X64, "int 0x80 is an instruction of x64.");

        // mov eax, 20 (getpid of 32 bits); int 0x80; ret
        const string Source = """
            import mmap
            code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
            code.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))
            print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))() == os.getpid(), flush=True)
            """;
        (int freeExit, string freeOutput, _) = await FilteredPython.RunAsync(Source, filtered: false);
        Assert.SkipUnless((freeExit, freeOutput) == (0, "True\n"), "This kernel has no system calls of 32 bits.");
        (int exitCode, string output, _) = await FilteredPython.RunAsync(Source, filtered: true);
        Assert.Equal((128 + 31, ""), (exitCode, output)); // SIGSYS
    }

    [Fact]
    public async Task Programs_UnderTheFilter_RunThreadsProcessesFilesAndSockets()
    {
        FilteredPython.SkipIfUnavailable();
        const string Source = """
            import asyncio, mmap, multiprocessing, shutil, socket, subprocess, tempfile, threading

            def square(x):
                return x * x

            numbers = []
            threads = [threading.Thread(target=numbers.append, args=(i,)) for i in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            print(sorted(numbers))
            print(subprocess.run("echo $((1 + 2)) | cat", shell=True, capture_output=True, text=True).stdout.strip())
            print(multiprocessing.get_context("fork").Pool(2).map(square, range(4)))

            async def ask():
                process = await asyncio.create_subprocess_exec("/bin/echo", "hi", stdout=asyncio.subprocess.PIPE)
                return (await process.communicate())[0]

            print(asyncio.run(ask()))
            left, right = socket.socketpair()
            left.send(b"x")
            print(right.recv(1))
            with tempfile.TemporaryDirectory() as folder:
                with open(folder + "/a", "wb") as file:
                    file.write(bytes(100000))
                shutil.copyfile(folder + "/a", folder + "/b")
                with open(folder + "/b", "r+b") as file, mmap.mmap(file.fileno(), 0) as shared:
                    shared[0] = 65
                    print(len(shared))
            try:
                1 / 0
            except ZeroDivisionError as error:
                print(error)
            """;
        (int exitCode, string output, string error) = await FilteredPython.RunAsync(Source, filtered: true);
        Assert.Equal(("", 0), (error, exitCode));
        Assert.Equal("[0, 1, 2, 3, 4, 5, 6, 7]\n3\n[0, 1, 4, 9]\nb'hi\\n'\nb'x'\n100000\ndivision by zero\n", output);
    }

    private static async Task<int[]> RunAsync(string source, bool filtered)
    {
        (int exitCode, string output, string error) = await FilteredPython.RunAsync(source, filtered);
        Assert.Equal(("", 0), (error, exitCode));
        return
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => int.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>The numbers of all calls that the tests name, on this machine.</summary>
    private static Dictionary<string, uint> Numbers()
    {
        Machine architecture = RuntimeInformation.OSArchitecture;
        var numbers = new Dictionary<string, uint>(SystemCallTable.Numbers(architecture));
        foreach ((string name, uint? x64, uint? arm64) in ForbiddenCalls.All)
        {
            if ((architecture == Machine.X64 ? x64 : arm64) is { } number)
            {
                numbers.Add(name, number);
            }
        }

        return numbers;
    }
}
