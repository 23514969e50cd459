namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>Python programs that hold 288 MiB, or try to.</summary>
internal static class MemoryAttacks
{
    /// <summary>
    /// What programs share. <c>hold</c> calls an action, which takes a mebibyte, until enough is held or it fails. Then the program keeps
    /// all for as long as six looks of the watch take, and prints how much it had.
    /// </summary>
    public const string Tools = """
        TARGET = 288
        PART = TARGET // 14 + 1
        MIB = 1 << 20
        kept = []
        def finish(mebibytes, seconds=0.3):
            time.sleep(seconds)
            print("held", int(mebibytes), flush=True)
            os._exit(0)
        def hold(action, step=1):
            held = 0
            try:
                while held < TARGET:
                    action()
                    held += step
            except (OSError, MemoryError) as error:
                print(error, file=sys.stderr)
            finish(held)
        def touch(area):
            for place in range(0, len(area), 4096):
                area[place] = 1
        # Each of several processes takes its part, and says how much it got.
        def share(count, action):
            reader, writer = os.pipe()
            parent = os.getpid()
            for _ in range(count):
                if os.fork() == 0:
                    os.write(writer, struct.pack("d", action()))
                    while os.getppid() == parent:
                        time.sleep(0.05)
                    os._exit(0)
            finish(sum(struct.unpack("d", os.read(reader, 8))[0] for _ in range(count)))
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        def map_memory(size, flags, protection=3, descriptor=-1):
            address = libc.mmap(None, size, protection, flags, descriptor, 0)
            if address == ctypes.c_void_p(-1).value:
                raise OSError(ctypes.get_errno(), "mmap")
            return address
        # Fills memory, and takes it out of the process's own count, but not out of the object that holds it.
        def fill(address, size, forget):
            ctypes.memset(address, 1, size)
            if forget:
                libc.madvise(address, size, 4)

        """;

    /// <summary>Programs that exceed the limit in memory that the watch counts.</summary>
    public static TheoryData<string, string> Watched { get; } =
        new()
        {
            { "private memory", "hold(lambda: kept.append(b'x' * MIB))" },
            {
                "private memory at once",
                """
                    map_memory(TARGET * MIB, 0x8022)
                    finish(TARGET)
                    """
            },
            {
                "private memory, at once and at the end",
                """
                    map_memory(TARGET * MIB, 0x8022)
                    finish(TARGET, 0)
                    """
            },
            {
                "private memory that is shrunk again",
                """
                    address = map_memory(TARGET * MIB, 0x8022)
                    libc.madvise(address, TARGET * MIB, 4)
                    finish(TARGET, 0)
                    """
            },
            {
                "a private copy of a file",
                """
                    area = mmap.mmap(os.open('/usr/bin/python3', os.O_RDONLY), 0, mmap.MAP_PRIVATE, 3)
                    size = len(area) >> 20
                    for _ in range(TARGET // size + 1):
                        kept.append(mmap.mmap(os.open('/usr/bin/python3', os.O_RDONLY), 0, mmap.MAP_PRIVATE, 3)); touch(kept[-1])
                    finish(TARGET)
                    """
            },
            { "many processes, each below", "share(6, lambda: ctypes.memset(map_memory(48 * MIB, 0x22), 1, 48 * MIB) and 48)" },
            {
                "many processes that are their own groups and sessions",
                """
                    share(6, lambda: (os.setsid(), ctypes.memset(map_memory(48 * MIB, 0x22), 1, 48 * MIB)) and 48)
                    """
            },
            {
                "memory that processes shared and then wrote",
                """
                    area = map_memory(48 * MIB, 0x22)
                    ctypes.memset(area, 1, 48 * MIB)
                    share(5, lambda: ctypes.memset(area, 2, 48 * MIB) and 48)
                    """
            },
            {
                "a thread's memory after the first thread's end",
                """
                    import threading
                    threading.Thread(target=lambda: (time.sleep(0.05), map_memory(TARGET * MIB, 0x8022), finish(TARGET))).start()
                    call(60, 0)
                    """
            },
            {
                "a child without its first thread",
                """
                    import threading
                    if os.fork() == 0:
                        threading.Thread(target=lambda: (time.sleep(0.05), map_memory(TARGET * MIB, 0x8022), time.sleep(1000))).start()
                        call(60, 0)
                    finish(TARGET, 1.5)
                    """
            },
            {
                "an orphan that ends at once",
                """
                    if os.fork() == 0:
                        if os.fork() == 0:
                            map_memory(TARGET * MIB, 0x8022)
                        os._exit(0)
                    finish(TARGET, 0.5)
                    """
            },
            {
                "a child's memory, which nobody waits for",
                """
                    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                    if os.fork() == 0:
                        map_memory(TARGET * MIB, 0x8022)
                        time.sleep(0.2)
                        os._exit(0)
                    finish(TARGET, 0.6)
                    """
            },
            {
                "children that are there for a moment, again and again",
                """
                    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                    end = time.monotonic() + 3
                    while time.monotonic() < end:
                        try:
                            if os.fork() == 0:
                                map_memory(TARGET * MIB, 0x8022)
                                os._exit(0)
                        except BlockingIOError:  # the machine is busy: the last ones are still there
                            pass
                        time.sleep(0.1)
                    finish(TARGET, 0)
                    """
            },
            {
                "a process in a stop",
                """
                    if os.fork() == 0:
                        map_memory(TARGET * MIB, 0x8022)
                        os.kill(os.getpid(), signal.SIGSTOP)
                    time.sleep(0.8)
                    finish(TARGET)
                    """
            },
            {
                "a program that it starts",
                """
                    import subprocess
                    subprocess.run(['python3', '-c', 'import time; x = b"x" * (288 << 20); time.sleep(0.3)'], check=True)
                    finish(TARGET, 0)
                    """
            },
        };

    /// <summary>Programs that hold memory which no process counts as its own; only forbidding its kind, or limiting it, helps.</summary>
    public static TheoryData<string, string> Hidden { get; } =
        new()
        {
            { "memory files", "hold(lambda: kept.append(call(319, b'x', 0)) or os.write(kept[-1], bytes(2 * MIB)), 2)" },
            { "shared memory", "hold(lambda: fill(map_memory(MIB, 0x21), MIB, False))" },
            { "shared memory, forgotten", "hold(lambda: fill(map_memory(MIB, 0x21), MIB, True))" },
            {
                "System V memory",
                """
                    libc.shmat.restype = ctypes.c_void_p
                    libc.shmdt.argtypes = [ctypes.c_void_p]
                    def segment():
                        a = libc.shmat(call(29, 0, MIB, 0o1600), None, 0)
                        ctypes.memset(a, 1, MIB)
                        libc.shmdt(a)
                    hold(segment)
                    """
            },
            {
                "System V messages",
                """
                    data = struct.pack('l', 1) + bytes(8000)
                    def message():
                        for _ in range(64):
                            q = call(68, 0, 0o1600)
                            for _ in range(2): call(69, q, data, 8000, 0o4000)
                    hold(message)
                    """
            },
        };

    /// <summary>Programs that hold memory which a device gives.</summary>
    public static TheoryData<string, string> OfDevices { get; } =
        new()
        {
            {
                "the zero device, shared",
                """
                    f = os.open('/dev/zero', os.O_RDWR)
                    hold(lambda: fill(map_memory(MIB, 1, 3, f), MIB, False))
                    """
            },
            {
                "the zero device, shared and forgotten",
                """
                    f = os.open('/dev/zero', os.O_RDWR)
                    hold(lambda: fill(map_memory(MIB, 1, 3, f), MIB, True))
                    """
            },
        };
}
