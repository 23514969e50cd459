namespace ReflectionCoder.Sandbox.Seccomp;

/// <summary>What a filter answers to a system call.</summary>
internal static class FilterAnswer
{
    /// <summary>The kernel runs it.</summary>
    public const uint Allow = 0x7fff0000;

    /// <summary>The kernel kills the process: SECCOMP_RET_KILL_PROCESS.</summary>
    public const uint Kill = 0x80000000;

    /// <summary>The call returns 0, and the kernel doesn't run it.</summary>
    public const uint Done = Error;

    /// <summary>EPERM.</summary>
    public const uint NotPermitted = Error | 1;

    /// <summary>EINVAL.</summary>
    public const uint Invalid = Error | 22;

    /// <summary>ENOTTY.</summary>
    public const uint NoTerminal = Error | 25;

    /// <summary>ENOSYS: C libraries and runtimes then take an older way.</summary>
    public const uint Unknown = Error | 38;

    /// <summary>ENOPROTOOPT.</summary>
    public const uint NoSocketOption = Error | 92;

    /// <summary>ESOCKTNOSUPPORT.</summary>
    public const uint NoSocketType = Error | 94;

    /// <summary>EAFNOSUPPORT.</summary>
    public const uint NoAddressFamily = Error | 97;

    /// <summary>SECCOMP_RET_ERRNO: the call fails with the number of the low bits.</summary>
    private const uint Error = 0x00050000;
}
