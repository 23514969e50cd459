using System.Runtime.InteropServices;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Seccomp;
using Machine = System.Runtime.InteropServices.Architecture;

namespace ReflectionCoder.Tests.Sandbox.Seccomp;

public sealed class SystemCallFilterTests
{
    private const uint Allow = 0x7fff0000;
    private const uint Kill = 0x80000000;
    private const uint NotPermitted = 0x50000 + 1;
    private const uint Invalid = 0x50000 + 22;
    private const uint NoTerminal = 0x50000 + 25;
    private const uint Unknown = 0x50000 + 38;
    private const uint NoSocketOption = 0x50000 + 92;
    private const uint NoSocketType = 0x50000 + 94;
    private const uint NoAddressFamily = 0x50000 + 97;
    private const ulong Any = 0;

    private static readonly Dictionary<Machine, byte[]> Filters = new()
    {
        [Machine.X64] = SystemCallFilter.Build(Machine.X64, withEpoll: true),
        [Machine.Arm64] = SystemCallFilter.Build(Machine.Arm64, withEpoll: true),
    };

    public static TheoryData<string, uint, ulong[]> Decisions =>
        new()
        {
            { "read", Allow, [0, 1, 2] },
            { "execve", Allow, [] },
            { "futex", Allow, [] },
            // Threads, fork and vfork of glibc; then each namespace, and CLONE_PARENT.
            { "clone", Allow, [0x3d0f00] },
            { "clone", Allow, [0x1200011] },
            { "clone", Allow, [0x4111] },
            { "clone", NotPermitted, [0x00020011] },
            { "clone", NotPermitted, [0x02000011] },
            { "clone", NotPermitted, [0x04000011] },
            { "clone", NotPermitted, [0x08000011] },
            { "clone", NotPermitted, [0x10000011] },
            { "clone", NotPermitted, [0x20000011] },
            { "clone", NotPermitted, [0x40000011] },
            { "clone", NotPermitted, [0x00008011] },
            // AF_UNIX streams with flags; AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK; datagrams.
            { "socket", Allow, [1, 1] },
            { "socket", Allow, [1, 0x80801] },
            { "socketpair", Allow, [1, 0x80801] },
            { "socket", NoAddressFamily, [0, 1] },
            { "socket", NoAddressFamily, [2, 1] },
            { "socket", NoAddressFamily, [10, 2] },
            { "socket", NoAddressFamily, [16, 3] },
            { "socket", NoAddressFamily, [17, 3] },
            { "socket", NoAddressFamily, [38, 5] },
            { "socket", NoAddressFamily, [40, 1] },
            { "socketpair", NoAddressFamily, [2, 1] },
            { "socket", NoSocketType, [1, 2] },
            { "socketpair", NoSocketType, [1, 0x80002] },
            { "setsockopt", Allow, [3, 1, 2] },
            { "setsockopt", NoSocketOption, [3, 1, 7] }, // SO_SNDBUF
            { "setsockopt", NoSocketOption, [3, 1, 26] }, // SO_ATTACH_FILTER
            { "setsockopt", NoSocketOption, [3, 6, 2] },
            { "sendfile", Invalid, [4, 3, 0, 1] },
            { "splice", Invalid, [] },
            // Private and file mappings; then shared anonymous ones and huge pages.
            { "mmap", Allow, [0, 4096, 3, 0x22] },
            { "mmap", Allow, [0, 4096, 3, 0x4022] },
            { "mmap", Allow, [0, 4096, 3, 0x20022] },
            { "mmap", Allow, [0, 4096, 3, 0x01, 3] },
            { "mmap", Allow, [0, 4096, 3, 0x812, 3] },
            { "mmap", Allow, [0, 4096, 3, 0x03, 3] },
            { "mmap", NotPermitted, [0, 4096, 3, 0x21] },
            { "mmap", NotPermitted, [0, 4096, 3, 0x23] },
            { "mmap", NotPermitted, [0, 4096, 3, 0x8031] },
            { "mmap", NotPermitted, [0, 4096, 3, 0x40022] },
            { "mmap", NotPermitted, [0, 4096, 3, 0x40001] },
            { "madvise", Allow, [0, 4096, 4] },
            { "madvise", Allow, [0, 4096, 8] },
            { "madvise", Allow, [0, 4096, 15] },
            { "madvise", Invalid, [0, 4096, 14] }, // MADV_HUGEPAGE
            { "madvise", Invalid, [0, 4096, 25] }, // MADV_COLLAPSE
            { "madvise", Invalid, [0, 4096, 12] },
            { "madvise", Invalid, [0, 4096, 20] },
            { "madvise", Invalid, [0, 4096, 21] },
            { "madvise", Invalid, [0, 4096, 100] },
            { "prctl", Allow, [15] },
            { "prctl", Allow, [16] },
            { "prctl", Allow, [38, 1] },
            { "prctl", Allow, [0x53564d41] },
            { "prctl", NotPermitted, [1] }, // PR_SET_PDEATHSIG
            { "prctl", Allow, [4] }, // PR_SET_DUMPABLE
            { "prctl", NotPermitted, [22] }, // PR_SET_SECCOMP
            { "prctl", NotPermitted, [24] }, // PR_CAPBSET_DROP
            { "prctl", NotPermitted, [28] }, // PR_SET_SECUREBITS
            { "prctl", NotPermitted, [35] }, // PR_SET_MM
            { "prctl", NotPermitted, [36] }, // PR_SET_CHILD_SUBREAPER
            { "prctl", NotPermitted, [41] }, // PR_SET_THP_DISABLE
            { "prctl", NotPermitted, [47] }, // PR_CAP_AMBIENT
            { "prctl", NotPermitted, [59] }, // PR_SET_SYSCALL_USER_DISPATCH
            { "prctl", NotPermitted, [67] }, // PR_SET_MEMORY_MERGE
            { "prctl", NotPermitted, [0x59616d61] }, // PR_SET_PTRACER
            { "ioctl", Allow, [0, 0x5401] },
            { "ioctl", Allow, [0, 0x541b] },
            { "ioctl", NoTerminal, [0, 0x5412] }, // TIOCSTI
            { "ioctl", NoTerminal, [0, 0x541c] }, // TIOCLINUX
            { "ioctl", NoTerminal, [0, 0x540e] }, // TIOCSCTTY
            { "ioctl", NoTerminal, [0, 0x40086602] }, // FS_IOC_SETFLAGS
            { "fcntl", Allow, [0, 1030] },
            { "fcntl", 0x50000, [0, 6] },
            { "fcntl", Invalid, [0, 1031] }, // F_SETPIPE_SZ
            { "fcntl", Invalid, [0, 1024] }, // F_SETLEASE
            { "fcntl", Invalid, [0, 8] }, // F_SETOWN
            { "personality", Allow, [0] },
            { "personality", Allow, [0x40000] },
            { "personality", Allow, [0xffffffff] },
            { "personality", NotPermitted, [8] }, // PER_LINUX32
            { "personality", NotPermitted, [0x400000] }, // READ_IMPLIES_EXEC
            { "prlimit64", Allow, [0, 7] },
            { "prlimit64", NotPermitted, [1, 7] },
            { "setpriority", Allow, [0, 0, 5] },
            { "setpriority", NotPermitted, [0, 1, 5] },
            { "setpriority", NotPermitted, [2, 0, 5] },
            { "sched_setaffinity", Allow, [0] },
            { "sched_setaffinity", NotPermitted, [1] },
            { "sched_setscheduler", Allow, [77, 0] },
            { "sched_setscheduler", NotPermitted, [0, 1] },
            { "mknodat", Allow, [0, 0, 0x11a4] },
            { "mknodat", NotPermitted, [0, 0, 0x21a4] }, // a character device
            { "mknodat", NotPermitted, [0, 0, 0x61a4] }, // a block device
        };

    [Theory]
    [MemberData(nameof(Decisions))]
    public void Call_WithArguments_IsDecidedAlikeOnBothMachines(string name, uint answer, ulong[] arguments)
    {
        foreach (Machine architecture in Filters.Keys)
        {
            uint number = SystemCallTable.Numbers(architecture)[name];
            Assert.Equal(answer, Run(architecture, number, arguments));

            // The kernel doesn't look at the high half of an argument, so neither may the filter.
            ulong[] junk = [.. Enumerable.Range(0, 6).Select(i => arguments.ElementAtOrDefault(i) | 0xdeadbeef_00000000)];
            Assert.Equal(answer, Run(architecture, number, junk));
        }
    }

    [Theory]
    [InlineData(158, new ulong[] { 0x1002 }, Allow)] // arch_prctl: ARCH_SET_FS
    [InlineData(158, new ulong[] { 0x1001 }, Invalid)] // ARCH_SET_GS
    [InlineData(158, new ulong[] { 0x3001 }, Invalid)]
    [InlineData(133, new ulong[] { Any, 0x11a4 }, Allow)] // mknod
    [InlineData(133, new ulong[] { Any, 0x21a4 }, NotPermitted)]
    [InlineData(57, new ulong[] { }, Allow)] // fork
    public void Call_OfX64Alone_IsDecided(uint number, ulong[] arguments, uint answer) =>
        Assert.Equal(answer, Run(Machine.X64, number, arguments));

    [Fact]
    public void Call_ThatIsForbidden_IsUnknownWhateverItsArguments()
    {
        foreach ((string name, uint? x64, uint? arm64) in ForbiddenCalls.All)
        {
            Assert.DoesNotContain(name, SystemCallPolicy.Rules.Keys);
            foreach ((Machine architecture, uint? number) in new[] { (Machine.X64, x64), (Machine.Arm64, arm64) })
            {
                if (number is { } known)
                {
                    Assert.Equal((name, Unknown), (name, Run(architecture, known)));
                    Assert.Equal((name, Unknown), (name, Run(architecture, known, 1, 1, 1, 0x22, 1, 1)));
                }
            }
        }
    }

    [Fact]
    public void Architecture_ThatIsNotTheMachines_KillsTheProcess()
    {
        foreach (uint other in new uint[] { 0, 0x40000003, 0x40000028, 0xc000003e, 0xc00000b7, uint.MaxValue })
        {
            foreach ((Machine architecture, byte[] filter) in Filters)
            {
                for (uint number = 0; number <= 600; number++)
                {
                    bool isMachine = other == AuditName(architecture);
                    Assert.Equal(!isMachine, BpfInterpreter.Run(filter, new CallData(number, other)) == Kill);
                }
            }
        }
    }

    [Fact]
    public void Numbers_OfX32_AreUnknown()
    {
        for (uint number = 0; number <= 600; number++)
        {
            Assert.Equal(Unknown, Run(Machine.X64, number | 0x40000000));
        }

        Assert.Equal(Unknown, Run(Machine.X64, uint.MaxValue));
    }

    [Theory]
    [InlineData(Machine.X64)]
    [InlineData(Machine.Arm64)]
    public void Filter_ForEveryNumber_EqualsTheNaivePolicy(Machine architecture)
    {
        var random = new Random(20260101);
        IReadOnlyDictionary<string, uint> numbers = SystemCallTable.Numbers(architecture);
        ILookup<uint, string> names = numbers.ToLookup(entry => entry.Value, entry => entry.Key);
        ulong[] interesting =
        [
            .. SystemCallPolicy
                .Rules.Values.SelectMany(rule => rule.Checks)
                .SelectMany(check => check.Values)
                .Select(value => (ulong)value),
        ];
        for (uint number = 0; number <= 600; number++)
        {
            for (int round = 0; round < 50; round++)
            {
                ulong[] arguments = [.. Enumerable.Range(0, 6).Select(_ => Next())];
                uint expected = Naive(names[number].SingleOrDefault(), arguments);
                Assert.Equal((number, expected), (number, Run(architecture, number, arguments)));
            }
        }

        ulong Next() =>
            random.Next(4) switch
            {
                0 => (ulong)random.NextInt64(),
                1 => (ulong)random.Next(64),
                2 => interesting[random.Next(interesting.Length)],
                _ => interesting[random.Next(interesting.Length)] | (1ul << random.Next(64)),
            };
    }

    [Fact]
    public void Filter_OfBothMachines_IsNoLongerThanTheKernelTakes()
    {
        foreach (byte[] filter in Filters.Values)
        {
            Assert.Equal(0, filter.Length % 8);
            Assert.InRange(filter.Length / 8, 200, 4096);
        }
    }

    [Fact]
    public void Rules_AllHaveANumber()
    {
        Assert.Equal(SystemCallPolicy.Rules.Keys.Order(), SystemCallTable.Numbers(Machine.X64).Keys.Order());
        Assert.Equal(SystemCallTable.Numbers(Machine.Arm64).Count, SystemCallTable.Numbers(Machine.Arm64).Values.Distinct().Count());
    }

    [Fact]
    public void Build_OfAnUnknownArchitecture_SaysWhichAreKnown()
    {
        var exception = Assert.Throws<SandboxUnavailableException>(() => SystemCallFilter.Build(Machine.S390x, withEpoll: true));
        Assert.Contains("S390x", exception.Message, StringComparison.Ordinal);
        Assert.Contains("X64 and Arm64", exception.Message, StringComparison.Ordinal);
    }

    private static uint Naive(string? name, ulong[] arguments)
    {
        if (name is null)
        {
            return Unknown;
        }

        CallRule rule = SystemCallPolicy.Rules[name];
        ArgumentCheck? failed = rule.Checks.FirstOrDefault(check =>
            !check.Values.Contains((uint)(arguments[check.Argument] % (1ul << 32)) & check.Mask)
        );
        return failed?.Otherwise ?? rule.Answer;
    }

    private static uint Run(Machine architecture, uint number, params ulong[] arguments) =>
        BpfInterpreter.Run(Filters[architecture], new CallData(number, AuditName(architecture), arguments));

    private static uint AuditName(Machine architecture) => architecture == Machine.X64 ? 0xc000003e : 0xc00000b7;
}
