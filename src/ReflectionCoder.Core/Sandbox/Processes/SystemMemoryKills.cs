using System.Globalization;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Tells a kill by the system, out of memory, from a program that killed itself.</summary>
internal static class SystemMemoryKills
{
    private const string Field = "oom_kill ";

    /// <summary>Processes the kernel has ended for want of memory since it started; 0 where it doesn't say.</summary>
    public static long Count()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/vmstat"))
            {
                if (line.StartsWith(Field, StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(Field.Length), NumberStyles.None, CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        return 0;
    }
}
