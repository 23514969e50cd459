using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReflectionCoder.Files;

/// <summary>Makes written files survive a power failure. Without a flush, a rename may reach the disk before the file's content.</summary>
internal static partial class DurableStorage
{
    /// <summary>Flushes a file's content to the disk.</summary>
    public static void FlushFile(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Flushes every file in a folder, and the folder's entries, to the disk.</summary>
    public static void FlushTree(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory))
        {
            FlushFile(file);
        }

        foreach (string folder in Directory.EnumerateDirectories(directory))
        {
            FlushTree(folder);
        }

        FlushDirectory(directory);
    }

    /// <summary>Flushes a folder's entries (creations, renames) to the disk. Windows has no such call and doesn't need it.</summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET can't open a directory, so the C library is called.
        int descriptor = Open(directory, 0);
        if (descriptor < 0)
        {
            throw new IOException($"{directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            const int notSupported = 22; // EINVAL: the file system can't flush directories
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != notSupported)
            {
                throw new IOException($"{directory}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
