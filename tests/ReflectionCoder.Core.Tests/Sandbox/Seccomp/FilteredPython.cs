using System.Diagnostics;
using ReflectionCoder.Sandbox.Seccomp;

namespace ReflectionCoder.Tests.Sandbox.Seccomp;

/// <summary>Runs a Python program that puts itself under the filter of this machine.</summary>
internal static class FilteredPython
{
    private const string Interpreter = "/usr/bin/python3";

    /// <summary>Defines call, which makes a system call by its number and returns the error's number, or 0.</summary>
    private const string Prologue = """
        import base64, ctypes, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall.restype = ctypes.c_long

        def call(number, *arguments):
            values = [value if isinstance(value, (bytes, ctypes.Array)) else ctypes.c_long(value) for value in arguments]
            ctypes.set_errno(0)
            return ctypes.get_errno() if libc.syscall(ctypes.c_long(number), *values) == -1 else 0

        filter = base64.b64decode(sys.argv[1])
        if filter:
            class Program(ctypes.Structure):
                _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]
            assert libc.prctl(38, 1, 0, 0, 0) == 0
            assert libc.prctl(22, 2, ctypes.byref(Program(len(filter) // 8, filter)), 0, 0) == 0, os.strerror(ctypes.get_errno())

        """;

    public static void SkipIfUnavailable() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Interpreter), $"Filters need Linux, and the test {Interpreter}.");

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string source, bool filtered)
    {
        string filter = filtered ? Convert.ToBase64String(SystemCallFilter.ForThisMachine(withEpoll: true)) : "";
        var start = new ProcessStartInfo(Interpreter, ["-I", "-c", Prologue + source, filter])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
