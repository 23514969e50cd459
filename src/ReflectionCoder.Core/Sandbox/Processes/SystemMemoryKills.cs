using System.Globalization;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Helps to tell whether the system killed a program because memory ran out, or the program killed itself.</summary>
internal static class SystemMemoryKills
{
    private const string Field = "oom_kill ";

    /// <summary>How many processes the kernel has killed because memory ran out, since it started; 0 if the kernel doesn't say.</summary>
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
