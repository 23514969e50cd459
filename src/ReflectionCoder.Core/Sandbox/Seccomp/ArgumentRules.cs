namespace ReflectionCoder.Sandbox.Seccomp;

/// <summary>The rules of system calls that depend on arguments. The values are those of Linux on x64 and arm64.</summary>
internal static class ArgumentRules
{
    /// <summary>
    /// clone: no namespaces, which open up much of the kernel. No CLONE_PARENT either: the child would be one of the launcher, which waits
    /// for its own. And processes share memory only as threads, or until one executes a program: who counts memory would count it twice.
    /// clone3 hides its flags in memory and so isn't listed; C libraries then call clone.
    /// </summary>
    public static CallRule Clone { get; } =
        new([
            new(0, NamespaceFlags | CloneParent, [0], FilterAnswer.NotPermitted),
            new(
                0,
                CloneMemory | CloneUntilExec | CloneThread,
                [0, CloneUntilExec, CloneMemory | CloneUntilExec, CloneMemory | CloneThread, CloneMemory | CloneUntilExec | CloneThread],
                FilterAnswer.NotPermitted
            ),
        ]);

    /// <summary>
    /// mmap: files, and private memory. Anonymous memory that is shared stays when it leaves every page table, so who counts pages there
    /// can't see it; huge pages are counted elsewhere.
    /// </summary>
    public static CallRule Map { get; } =
        new([
            new(
                3,
                MapTypes | MapAnonymous | MapHugePages,
                [MapShared, MapPrivate, MapSharedValidate, MapPrivate | MapAnonymous],
                FilterAnswer.NotPermitted
            ),
        ]);

    /// <summary>
    /// madvise: MADV_NORMAL to MADV_DONTNEED, FREE, DONTFORK, DOFORK, NOHUGEPAGE to KEEPONFORK, POPULATE_READ to DONTNEED_LOCKED and the
    /// guards. Not HUGEPAGE and COLLAPSE: of 1 GiB of huge pages, each dropped but for 4 KiB, 3 MiB counted as resident and all was held.
    /// Not COLD and PAGEOUT, which swap pages out of the page tables, nor MERGEABLE, which tells of others' memory by its timing.
    /// </summary>
    public static CallRule Advise { get; } =
        new([new(2, ArgumentCheck.All, [0, 1, 2, 3, 4, 8, 10, 11, 15, 16, 17, 18, 19, 22, 23, 24, 102, 103], FilterAnswer.Invalid)]);

    /// <summary>
    /// socket and socketpair: streams of AF_UNIX. With datagrams a socket would hold what many closed ones have sent to it.
    /// </summary>
    public static CallRule Socket { get; } =
        new([
            new(0, ArgumentCheck.All, [1], FilterAnswer.NoAddressFamily),
            new(1, 0xf, [1], FilterAnswer.NoSocketType), // without SOCK_CLOEXEC and SOCK_NONBLOCK
        ]);

    /// <summary>
    /// setsockopt: of SOL_SOCKET, REUSEADDR, BROADCAST, KEEPALIVE, LINGER, REUSEPORT, PASSCRED, RCVTIMEO and SNDTIMEO. None that makes
    /// buffers larger or loads code into the kernel.
    /// </summary>
    public static CallRule SocketOption { get; } =
        new([
            new(1, ArgumentCheck.All, [1], FilterAnswer.NoSocketOption),
            new(2, ArgumentCheck.All, [2, 6, 9, 13, 15, 16, 20, 21], FilterAnswer.NoSocketOption),
        ]);

    /// <summary>
    /// prctl: GET_PDEATHSIG, GET_DUMPABLE, SET_DUMPABLE, SET_NAME, GET_NAME, CAPBSET_READ, SET_NO_NEW_PRIVS, GET_NO_NEW_PRIVS,
    /// SVE_SET_VL, SVE_GET_VL and SET_VMA. The launcher sets all that keeps a program in; none of that may be set again. A process that
    /// closes itself to others of its user (SET_DUMPABLE) only counts more: the memory that it shares is then counted as its own.
    /// </summary>
    public static CallRule ProcessControl { get; } =
        new([new(0, ArgumentCheck.All, [2, 3, 4, 15, 16, 23, 38, 39, 50, 51, 0x53564d41], FilterAnswer.NotPermitted)]);

    /// <summary>arch_prctl: ARCH_SET_FS and ARCH_GET_FS, which threads need.</summary>
    public static CallRule Architecture { get; } = new([new(0, ArgumentCheck.All, [0x1002, 0x1003], FilterAnswer.Invalid)]);

    /// <summary>personality: 0, ADDR_NO_RANDOMIZE and the question for the current one.</summary>
    public static CallRule Personality { get; } =
        new([new(0, ArgumentCheck.All, [0, 0x0040000, uint.MaxValue], FilterAnswer.NotPermitted)]);

    /// <summary>
    /// ioctl: TCGETS, TCGETS2, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX and FIOCLEX. Nothing that types into a terminal or asks a
    /// driver.
    /// </summary>
    public static CallRule Control { get; } =
        new([new(1, ArgumentCheck.All, [0x5401, 0x802c542a, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451], FilterAnswer.NoTerminal)]);

    /// <summary>
    /// fcntl: DUPFD, GETFD, SETFD, GETFL, SETFL, GETLK, OFD_GETLK, DUPFD_QUERY, DUPFD_CLOEXEC and GETPIPE_SZ. Not SETPIPE_SZ: a pipe would
    /// hold 1 MiB instead of 64 KiB. Locks seem to work, as with <see cref="LockFile"/>, and who asks finds none.
    /// </summary>
    public static CallRule FileControl { get; } =
        new([
            new(1, ArgumentCheck.All, [0, 1, 2, 3, 4, 5, 36, 1027, 1030, 1032, .. Locks], FilterAnswer.Invalid),
            new(1, ArgumentCheck.All, [0, 1, 2, 3, 4, 5, 36, 1027, 1030, 1032], FilterAnswer.Done),
        ]);

    /// <summary>
    /// fadvise64, fsync and fdatasync: answered as done. What a program writes is in memory. On files of /usr, it could throw out of the
    /// machine's memory what others read from there, and keep the machine's disk busy.
    /// </summary>
    public static CallRule NotNeeded { get; } = new([], FilterAnswer.Done);

    /// <summary>
    /// flock: answered as done, and nothing is done. A lock needs no right to write: locked, /usr/bin/python3 or /dev/null would be a
    /// channel to other programs, and to programs of the host that wait for it. Runtimes and databases lock what only they use.
    /// </summary>
    public static CallRule LockFile { get; } = new([], FilterAnswer.Done);

    /// <summary>prlimit64: limits of the calling process only, not of the launcher if it has the same user.</summary>
    public static CallRule Limits { get; } = new([new(0, ArgumentCheck.All, [0], FilterAnswer.NotPermitted)]);

    /// <summary>setpriority: of the calling thread only, not of all that a user runs. It can only be lowered.</summary>
    public static CallRule Priority { get; } =
        new([new(0, ArgumentCheck.All, [0], FilterAnswer.NotPermitted), new(1, ArgumentCheck.All, [0], FilterAnswer.NotPermitted)]);

    /// <summary>
    /// sched_setaffinity: of the calling thread only. .NET doesn't start without: it finds out so how many processors it may use.
    /// </summary>
    public static CallRule Affinity { get; } = new([new(0, ArgumentCheck.All, [0], FilterAnswer.NotPermitted)]);

    /// <summary>
    /// sched_setscheduler: SCHED_OTHER. .NET sets it for every thread, and a program that sets a priority would fail without.
    /// </summary>
    public static CallRule Scheduler { get; } = new([new(1, ArgumentCheck.All, [0], FilterAnswer.NotPermitted)]);

    /// <summary>mknod: named pipes.</summary>
    public static CallRule MakeNode { get; } = new([new(1, FileTypes, [NamedPipe], FilterAnswer.NotPermitted)]);

    /// <summary>mknodat: named pipes.</summary>
    public static CallRule MakeNodeAt { get; } = new([new(2, FileTypes, [NamedPipe], FilterAnswer.NotPermitted)]);

    /// <summary>
    /// sendfile and splice: never. They put a file's pages into a socket or pipe, where they stay after the file is truncated, and a
    /// socket's limit counts a byte of a page as a byte: 277 pages were in a socket that holds 208 KiB. Every program can do without where
    /// a file system can't, and EINVAL says that; libuv and the JDK fail at ENOSYS.
    /// </summary>
    public static CallRule SplicePages { get; } = new([], FilterAnswer.Invalid);

    /// <summary>SETLK and SETLKW, and those of OFD_.</summary>
    private static uint[] Locks => [6, 7, 37, 38];

    private const uint NamespaceFlags = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
    private const uint CloneParent = 0x00008000;
    private const uint CloneMemory = 0x00000100;
    private const uint CloneUntilExec = 0x00004000;
    private const uint CloneThread = 0x00010000;
    private const uint MapTypes = 0x0f;
    private const uint MapShared = 0x01;
    private const uint MapPrivate = 0x02;
    private const uint MapSharedValidate = 0x03;
    private const uint MapAnonymous = 0x20;
    private const uint MapHugePages = 0x40000;
    private const uint FileTypes = 0xf000;
    private const uint NamedPipe = 0x1000;
}
