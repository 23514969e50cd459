using System.Runtime.InteropServices;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>
/// Functions of the C library that start and end a process with chosen file descriptors. The constants are those of Linux on x64 and arm64.
/// </summary>
internal static partial class NativeMethods
{
    internal const int CloseOnExec = 0x80000;
    internal const int DuplicateAboveCloseOnExec = 1030;
    internal const int AddSeals = 1033;
    internal const int AllSeals = 0x1 | 0x2 | 0x4 | 0x8;
    internal const uint MemoryFileCloseOnExec = 1;
    internal const uint MemoryFileAllowSealing = 2;
    internal const short SpawnSetSignalDefaults = 0x04;
    internal const short SpawnSetSignalMask = 0x08;
    internal const short SpawnNewSession = 0x80;
    internal const int KillSignal = 9;
    internal const int UnixSocket = 1;
    internal const int SequencedPackets = 5;
    internal const int SocketLevel = 1;
    internal const int PassDescriptors = 1;
    internal const int SendWithoutSignal = 0x4000;
    internal const int InterruptedError = 4;
    internal const int TryAgainError = 11;
    internal const int OutOfMemoryError = 12;
    internal const int BrokenPipe = 32;
    internal const int ConnectionReset = 104;
    internal const uint AddressNoRandomize = 0x0040000;

    /// <summary>
    /// Bytes for a posix_spawn_file_actions_t, posix_spawnattr_t or sigset_t: more than any C library needs.
    /// </summary>
    internal const int OpaqueSize = 512;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static unsafe partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    internal static unsafe partial int CreateSockets(int domain, int type, int protocol, int* descriptors);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static unsafe partial nint SendMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "personality", SetLastError = true)]
    internal static partial int Personality(nuint persona);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static unsafe partial int WaitForProcess(int processId, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static unsafe partial int Spawn(
        int* processId,
        byte* path,
        void* fileActions,
        void* attributes,
        byte** arguments,
        byte** environment
    );

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static unsafe partial int InitializeFileActions(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static unsafe partial int DestroyFileActions(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static unsafe partial int AddDuplicate(void* fileActions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    internal static unsafe partial int AddCloseFrom(void* fileActions, int lowest);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static unsafe partial int InitializeAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static unsafe partial int DestroyAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static unsafe partial int SetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static unsafe partial int SetSignalMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static unsafe partial int SetSignalDefaults(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    internal static unsafe partial int EmptySignalSet(void* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    internal static unsafe partial int FillSignalSet(void* signals);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Buffer
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr. The lengths are 32-bit in some C libraries; their upper halves are 0 here, which is the same.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct MessageHeader
    {
        public void* Name;
        public nuint NameLength;
        public Buffer* Buffers;
        public nuint BufferCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
