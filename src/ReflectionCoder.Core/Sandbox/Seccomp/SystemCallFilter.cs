using System.Runtime.InteropServices;

namespace ReflectionCoder.Sandbox.Seccomp;

/// <summary>
/// The filter of system calls for hostile programs: a program of classic BPF for SECCOMP_MODE_FILTER. Who installs it can still start the
/// program by execve.
/// </summary>
internal static class SystemCallFilter
{
    /// <summary>AUDIT_ARCH_X86_64.</summary>
    private const uint AuditX64 = 0xc000003e;

    /// <summary>AUDIT_ARCH_AARCH64.</summary>
    private const uint AuditArm64 = 0xc00000b7;

    /// <summary>Builds the filter for the machine that this process runs on.</summary>
    /// <exception cref="SandboxUnavailableException">We have no table of the machine's system calls.</exception>
    /// <param name="withEpoll">Whether a program may wait for events with epoll.</param>
    public static byte[] ForThisMachine(bool withEpoll) => Build(RuntimeInformation.OSArchitecture, withEpoll);

    /// <summary>Builds the filter: an array of struct sock_filter.</summary>
    /// <param name="architecture">The machine's architecture. Calls of another, such as 32-bit ones, kill the process.</param>
    /// <exception cref="SandboxUnavailableException">We have no table of the architecture's system calls.</exception>
    /// <param name="withEpoll">Whether a program may wait for events with epoll.</param>
    public static byte[] Build(Architecture architecture, bool withEpoll)
    {
        uint auditArchitecture = architecture switch
        {
            Architecture.X64 => AuditX64,
            Architecture.Arm64 => AuditArm64,
            _ => throw new SandboxUnavailableException(
                $"There is no filter of system calls for {architecture}. X64 and Arm64 have one: run programs on such a machine."
            ),
        };
        IReadOnlyDictionary<string, uint> numbers = SystemCallTable.Numbers(architecture);
        return FilterCompiler.Compile(
            auditArchitecture,
            SystemCallPolicy
                .Rules.Where(rule => numbers.ContainsKey(rule.Key)) // arm64 has openat but not open
                .Where(rule => withEpoll || !rule.Key.StartsWith("epoll_", StringComparison.Ordinal))
                .ToDictionary(rule => numbers[rule.Key], rule => rule.Value)
        );
    }
}
