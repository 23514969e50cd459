using System.Globalization;
using TorchSharp;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>Finds out how much memory there is for a run.</summary>
internal static class DeviceMemory
{
    /// <summary>
    /// Memory that this process can have, in bytes. On the CPU this is what the system reports as available, or what is left of a control
    /// group's limit if that is less, plus what the process uses already. On CUDA it is unknown: torch's public API doesn't tell.
    /// </summary>
    /// <param name="device">CPU or CUDA.</param>
    /// <returns>Bytes, or null if unknown.</returns>
    public static long? Available(DeviceType device)
    {
        if (device != DeviceType.CPU)
        {
            return null;
        }

        if (!OperatingSystem.IsLinux())
        {
            return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        }

        long[] known =
        [
            .. new[] { SystemAvailable("/proc/meminfo"), GroupAvailable("/proc/self/cgroup", "/sys/fs/cgroup") }.OfType<long>(),
        ];
        return known.Length > 0 ? known.Min() + Environment.WorkingSet : null;
    }

    /// <summary>MemAvailable of the system.</summary>
    internal static long? SystemAvailable(string meminfo)
    {
        const string Field = "MemAvailable:";
        string? line = Lines(meminfo).FirstOrDefault(text => text.StartsWith(Field, StringComparison.Ordinal));
        return
            line is not null
            && long.TryParse(
                line[Field.Length..].Replace("kB", "", StringComparison.Ordinal),
                CultureInfo.InvariantCulture,
                out long kilobytes
            )
            ? kilobytes * 1024
            : null;
    }

    /// <summary>
    /// What is left of the tightest memory limit of the process's control group and those around it (version 2, else version 1).
    /// </summary>
    internal static long? GroupAvailable(string membership, string root)
    {
        long? least = null;
        foreach (string line in Lines(membership))
        {
            string[] fields = line.Split(':', 3);
            bool isUnified = fields is ["0", "", _];
            if (!isUnified && !(fields.Length == 3 && fields[1].Split(',').Contains("memory")))
            {
                continue;
            }

            string top = isUnified ? root : Path.Combine(root, "memory");
            (string limit, string usage) = isUnified
                ? ("memory.max", "memory.current")
                : ("memory.limit_in_bytes", "memory.usage_in_bytes");
            for (string group = fields[2].Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
            {
                string folder = Path.Combine(top, group);
                if (Number(Path.Combine(folder, limit)) is { } most && Number(Path.Combine(folder, usage)) is { } used)
                {
                    least = Math.Min(least ?? long.MaxValue, Math.Max(0, most - used));
                }

                if (group.Length == 0)
                {
                    break;
                }
            }
        }

        return least;
    }

    /// <summary>The number in a file; null where there is none (<c>max</c>).</summary>
    private static long? Number(string path) =>
        long.TryParse(Lines(path).FirstOrDefault(), CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
