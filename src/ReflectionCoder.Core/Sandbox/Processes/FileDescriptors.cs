using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Creates pipes and files in memory. Child processes don't inherit their file descriptors unless told to.</summary>
internal static class FileDescriptors
{
    /// <summary>The lowest descriptor number that is used. The numbers below are kept free for the descriptors that a child gets.</summary>
    private const int Lowest = 16;

    /// <summary>
    /// Opens the file that is always empty. .NET's own methods lock what they open, and fail if someone else has locked it.
    /// </summary>
    /// <exception cref="Win32Exception">The system has no more descriptors.</exception>
    public static SafeFileHandle OpenNull()
    {
        int descriptor = NativeMethods.Open("/dev/null", NativeMethods.CloseOnExec);
        Check(descriptor);
        return MoveUp(descriptor);
    }

    /// <summary>Creates a pipe.</summary>
    /// <exception cref="Win32Exception">The system has no more descriptors.</exception>
    public static unsafe (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        int* ends = stackalloc int[2];
        Check(NativeMethods.Pipe(ends, NativeMethods.CloseOnExec));
        SafeFileHandle read = MoveUp(ends[0]);
        try
        {
            return (read, MoveUp(ends[1]));
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    /// <summary>Creates two connected sockets. A message that is sent through one is received whole, or not at all.</summary>
    /// <exception cref="Win32Exception">The system has no more descriptors.</exception>
    public static unsafe (SafeFileHandle Here, SafeFileHandle There) CreateSockets()
    {
        int* ends = stackalloc int[2];
        Check(NativeMethods.CreateSockets(NativeMethods.UnixSocket, NativeMethods.SequencedPackets | NativeMethods.CloseOnExec, 0, ends));
        SafeFileHandle here = MoveUp(ends[0]);
        try
        {
            return (here, MoveUp(ends[1]));
        }
        catch
        {
            here.Dispose();
            throw;
        }
    }

    /// <summary>Creates an empty file in memory.</summary>
    /// <exception cref="Win32Exception">The system has no more descriptors.</exception>
    public static SafeFileHandle CreateMemoryFile(string name)
    {
        int descriptor = NativeMethods.CreateMemoryFile(name, NativeMethods.MemoryFileCloseOnExec | NativeMethods.MemoryFileAllowSealing);
        Check(descriptor);
        return MoveUp(descriptor);
    }

    /// <summary>Makes a file in memory read-only for everyone who has a descriptor of it.</summary>
    public static void Seal(SafeFileHandle file) =>
        Check(NativeMethods.Control((int)file.DangerousGetHandle(), NativeMethods.AddSeals, NativeMethods.AllSeals));

    /// <summary>Creates a read-only file in memory that holds the bytes, positioned at its start.</summary>
    /// <exception cref="Win32Exception">The system has no more descriptors or memory.</exception>
    public static SafeFileHandle CreateMemoryFile(string name, ReadOnlySpan<byte> content)
    {
        SafeFileHandle file = CreateMemoryFile(name);
        try
        {
            RandomAccess.Write(file, content, 0);
            Seal(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafeFileHandle MoveUp(int descriptor)
    {
        int moved = NativeMethods.Control(descriptor, NativeMethods.DuplicateAboveCloseOnExec, Lowest);
        int error = Marshal.GetLastPInvokeError();
        _ = NativeMethods.Close(descriptor);
        return moved >= 0 ? new SafeFileHandle(moved, ownsHandle: true) : throw new Win32Exception(error);
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
