using System.Globalization;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Sums the memory of a sandbox's processes: their address-space limit holds each alone, not all together.</summary>
/// <remarks>Control groups would do it better, but containers often have none to give.</remarks>
internal static class MemoryWatchdog
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks every tenth of a second until cancelled.</summary>
    /// <param name="rootProcessId">The sandbox's first process, whose descendants all its others are.</param>
    /// <param name="limitBytes">Most memory together.</param>
    /// <param name="onExceeded">Called once, then the watch ends.</param>
    /// <param name="cancellationToken">Ends the watch quietly.</param>
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
                // Ended between two looks.
            }
        }

        return sum;
    }

    private static long Parse(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
