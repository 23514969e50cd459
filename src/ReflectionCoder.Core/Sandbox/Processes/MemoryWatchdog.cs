using System.Globalization;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>
/// Watches the memory that all processes of a sandbox use together. The limit of the address space holds only for each process by itself.
/// </summary>
/// <remarks>Control groups would be more exact, but a container is often not allowed to create them.</remarks>
internal static class MemoryWatchdog
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>Measures the memory every tenth of a second, until it exceeds the limit or the call is cancelled.</summary>
    /// <param name="rootProcessId">The sandbox's first process. All others are its descendants.</param>
    /// <param name="limitBytes">The largest memory of all processes together, in bytes.</param>
    /// <param name="onExceeded">Called once if the limit is exceeded.</param>
    /// <param name="cancellationToken">Ends the watch without an exception.</param>
    public static async Task WatchAsync(int rootProcessId, long limitBytes, Action onExceeded, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Period, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellationToken.IsCancellationRequested && SumPrivateMemory(rootProcessId) > limitBytes)
            {
                onExceeded();
                return;
            }
        }
    }

    /// <summary>Resident memory that isn't shared, of a process and its descendants, in bytes.</summary>
    internal static long SumPrivateMemory(int rootProcessId)
    {
        long sum = 0;
        var pending = new Stack<int>([rootProcessId]);
        while (pending.TryPop(out int processId))
        {
            try
            {
                string[] pages = File.ReadAllText($"/proc/{processId}/statm").Split(' ');
                sum += (Parse(pages[1]) - Parse(pages[2])) * Environment.SystemPageSize;
                foreach (string thread in Directory.EnumerateDirectories($"/proc/{processId}/task"))
                {
                    foreach (string child in File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    {
                        pending.Push((int)Parse(child));
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The process has just ended.
            }
        }

        return sum;
    }

    private static long Parse(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
