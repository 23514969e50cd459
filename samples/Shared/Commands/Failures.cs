using System.Runtime.InteropServices;

namespace ReflectionCoder.Samples;

/// <summary>
/// Failures that are the input's, the files' or the machine's, and are said in one line. Any other is a fault of the program.
/// </summary>
internal static class Failures
{
    public static bool IsExpected(Exception exception) =>
        exception
            is FormatException
                or IOException
                or UnauthorizedAccessException
                or ArgumentException
                or InvalidOperationException
                or DllNotFoundException
                or ExternalException;

    /// <summary>Says what went wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, int exitCode = ExitCode.Failed)
    {
        Console.Error.WriteLine("error: " + exception.Message.ReplaceLineEndings(" "));
        return exitCode;
    }
}
