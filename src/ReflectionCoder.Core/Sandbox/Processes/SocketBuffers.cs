using System.Globalization;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>How much memory of the kernel a socket can hold.</summary>
internal static class SocketBuffers
{
    private const string Setting = "/proc/sys/net/core/wmem_default";
    private const long UsualBytes = 212_992;

    /// <summary>A full send buffer of the system's default size and one message more, in bytes. A program can't make it larger.</summary>
    public static long BytesPerSocket()
    {
        try
        {
            return 2 * long.Parse(File.ReadAllText(Setting), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return 2 * UsualBytes;
        }
    }
}
