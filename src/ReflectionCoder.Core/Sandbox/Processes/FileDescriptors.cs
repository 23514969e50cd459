using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Creates pipes and files in memory. Child processes don't inherit their file descriptors unless told to.</summary>
internal static class FileDescriptors
{
    /// <summary>The lowest descriptor number that is used. The numbers below are kept free for the descriptors that a child gets.</summary>
    private const int Lowest = 16;

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

    /// <summary>Creates a read-only file in memory that holds the bytes, positioned at its start.</summary>
    /// <exception cref="Win32Exception">The system has no more descriptors or memory.</exception>
    public static SafeFileHandle CreateMemoryFile(string name, ReadOnlySpan<byte> content)
    {
        int descriptor = NativeMethods.CreateMemoryFile(name, NativeMethods.MemoryFileCloseOnExec | NativeMethods.MemoryFileAllowSealing);
        Check(descriptor);
        SafeFileHandle file = MoveUp(descriptor);
        try
        {
            RandomAccess.Write(file, content, 0);
            Check(NativeMethods.Control((int)file.DangerousGetHandle(), NativeMethods.AddSeals, NativeMethods.AllSeals));
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
