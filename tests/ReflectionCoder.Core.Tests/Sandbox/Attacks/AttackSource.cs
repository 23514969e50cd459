using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// Python programs that attack. Each prints <c>did</c> and a name for everything that it achieved, so that a test can ask for all of them
/// without a part of the sandbox, and for none with it.
/// </summary>
internal static class AttackSource
{
    private const string Prelude = """
        import ctypes, errno, fcntl, mmap, os, resource, signal, socket, struct, sys, time
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall.restype = ctypes.c_long

        def call(number, *values):
            result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(value) if isinstance(value, int) else value for value in values))
            if result == -1:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return result

        def attempt(name, action):
            try:
                result = action()
            except (OSError, ValueError, MemoryError, OverflowError) as error:
                print("no", name + ":", error, file=sys.stderr, flush=True)
                return None
            print("did", name, flush=True)
            return result

        # Whether the kernel looks at the call, whatever it then answers.
        def reach(name, number, *values):
            try:
                call(number, *values)
            except OSError as error:
                if error.errno == errno.ENOSYS:
                    return
            print("did", name, flush=True)

        """;

    /// <summary>A program: what all of them need, then the text.</summary>
    public static string Of(string body) => Prelude + body;

    /// <summary>
    /// A program that has the text in its command line, as have all processes that it forks, so that the host finds them. Before it starts
    /// itself again it runs nothing.
    /// </summary>
    public static string Marked(string mark, string body) =>
        $"import os, sys\nif len(sys.argv) < 2: os.execv('/usr/bin/python3', ['python3', '-B', '-s', sys.argv[0], '{mark}'])\n" + Of(body);

    /// <summary>The names of what a program achieved.</summary>
    public static IReadOnlyList<string> Achieved(SandboxResult result) =>
        [.. result.StandardOutput.Split('\n').Where(line => line.StartsWith("did ", StringComparison.Ordinal)).Select(line => line[4..])];

    /// <summary>Fails if the program achieved anything, or didn't come to the line <c>end</c> that it prints last.</summary>
    public static void AssertNothingAchieved(SandboxResult result)
    {
        Assert.Empty(Achieved(result));
        Assert.True(result.StandardOutput.EndsWith("end\n", StringComparison.Ordinal), result.ToString());
    }
}
