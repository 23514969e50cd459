namespace ReflectionCoder.Sandbox.Seccomp;

/// <summary>
/// The system calls that a program may make. Those that aren't listed don't exist for it: they fail with ENOSYS.
/// </summary>
/// <remarks>
/// Memory that no page table shows can't be counted by who watches the processes. So no call may give any without another limit. Closed
/// for that: memfd_create, memfd_secret, the segments and queues of SysV and POSIX, io_setup and io_uring (rings, pinned pages), shared
/// anonymous memory, huge pages, vmsplice, splice, tee and sendfile (pages held by pipes and sockets), datagrams (which a socket holds
/// after their senders are closed), large pipes and socket buffers, swapping on demand, keys, BPF maps, perf buffers, inotify (a watch
/// pins an inode) and extended attributes of files in memory. Left open is what other limits bound: pipes (64 KiB) by RLIMIT_NOFILE and
/// the number of processes, sockets by the watch, which counts a full buffer for each that /proc/net/unix lists, accepted or not, queued
/// signals and timers by RLIMIT_SIGPENDING, epoll's watches by a limit for each user, mappings by vm.max_map_count, files in memory and
/// their inodes by their file system's size and nr_inodes. Two things are out of a filter's reach and are the launcher's:
/// /dev/zero, which gives shared anonymous memory if it is mapped writable and shared, must not be writable in the sandbox; and where
/// huge pages are always on, PR_SET_THP_DISABLE must turn them off.
/// </remarks>
internal static class SystemCallPolicy
{
    private static readonly string[] Allowed =
    [
        // Files.
        .. Names(
            "read write readv writev pread64 pwrite64 preadv pwritev lseek open openat creat close close_range dup dup2 dup3 pipe pipe2"
        ),
        .. Names(
            "stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getcwd chdir fchdir getdents getdents64"
        ),
        .. Names("statfs fstatfs mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat umask"),
        .. Names("chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat truncate ftruncate fallocate"),
        .. Names("copy_file_range utimensat getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr"),
        // Memory.
        .. Names("munmap mprotect mremap msync brk membarrier"),
        // Processes and threads.
        .. Names("fork vfork execve exit exit_group wait4 waitid set_tid_address set_robust_list rseq futex restart_syscall"),
        .. Names("getpid getppid gettid getpgid getpgrp setpgid getsid setsid getuid geteuid getgid getegid getresuid getresgid getgroups"),
        .. Names(
            "sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getpriority"
        ),
        .. Names("getrlimit setrlimit getrusage sysinfo uname getrandom getcpu capget"),
        // To become who one is: make does. There is nobody else to become.
        .. Names("setuid setgid setreuid setregid setresuid setresgid"),
        // Signals and time.
        .. Names("kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigpending rt_sigtimedwait sigaltstack"),
        .. Names("pause nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times alarm setitimer getitimer signalfd4"),
        .. Names("timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime"),
        // Waiting, and sockets, which are those of socket's rule.
        .. Names("poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd eventfd2"),
        .. Names("bind listen connect accept accept4 getsockname getpeername sendto recvfrom sendmsg recvmsg getsockopt shutdown"),
    ];

    /// <summary>The rule of each listed call by its name. An architecture lacks some of them.</summary>
    public static IReadOnlyDictionary<string, CallRule> Rules { get; } =
        new Dictionary<string, CallRule>(Allowed.Select(name => KeyValuePair.Create(name, CallRule.Allow)))
        {
            ["clone"] = ArgumentRules.Clone,
            ["mmap"] = ArgumentRules.Map,
            ["madvise"] = ArgumentRules.Advise,
            ["socket"] = ArgumentRules.Socket,
            ["socketpair"] = ArgumentRules.Socket,
            ["setsockopt"] = ArgumentRules.SocketOption,
            ["sendfile"] = ArgumentRules.SplicePages,
            ["splice"] = ArgumentRules.SplicePages,
            ["prctl"] = ArgumentRules.ProcessControl,
            ["arch_prctl"] = ArgumentRules.Architecture,
            ["personality"] = ArgumentRules.Personality,
            ["ioctl"] = ArgumentRules.Control,
            ["fadvise64"] = ArgumentRules.NotNeeded,
            ["fsync"] = ArgumentRules.NotNeeded,
            ["fdatasync"] = ArgumentRules.NotNeeded,
            ["flock"] = ArgumentRules.LockFile,
            ["fcntl"] = ArgumentRules.FileControl,
            ["prlimit64"] = ArgumentRules.Limits,
            ["setpriority"] = ArgumentRules.Priority,
            ["sched_setaffinity"] = ArgumentRules.Affinity,
            ["sched_setscheduler"] = ArgumentRules.Scheduler,
            ["mknod"] = ArgumentRules.MakeNode,
            ["mknodat"] = ArgumentRules.MakeNodeAt,
        };

    private static string[] Names(string names) => names.Split(' ');
}
