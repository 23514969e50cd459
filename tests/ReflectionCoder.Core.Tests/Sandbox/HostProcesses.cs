using System.Diagnostics;

namespace ReflectionCoder.Tests.Sandbox;

/// <summary>Looks at processes from outside the sandbox.</summary>
internal static class HostProcesses
{
    /// <summary>Command lines of all processes that hold the text.</summary>
    public static IReadOnlyList<string> Find(string text) => [.. FindIds(text).Select(id => TryRead($"/proc/{id}/cmdline"))];

    /// <summary>Ids of all processes whose command line holds the text.</summary>
    public static IReadOnlyList<int> FindIds(string text) =>
        [.. AllIds().Where(id => TryRead($"/proc/{id}/cmdline").Contains(text, StringComparison.Ordinal))];

    /// <summary>Kills what a test has found.</summary>
    public static void Kill(string text)
    {
        foreach (int id in FindIds(text))
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // Already gone.
            }
        }
    }

    /// <summary>Ids of all processes.</summary>
    public static IEnumerable<int> AllIds() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => Path.GetFileName(folder))
            .Where(name => char.IsAsciiDigit(name[0]))
            .Select(int.Parse);

    /// <summary>Ids of all processes of a user that still run.</summary>
    public static IReadOnlyList<int> OfUser(int user) =>
        [
            .. AllIds()
                .Where(id =>
                    TryRead($"/proc/{id}/status") is var status
                    && status.Contains($"\nUid:\t{user}\t", StringComparison.Ordinal)
                    && !status.Contains("\nState:\tZ", StringComparison.Ordinal)
                ),
        ];

    /// <summary>A process's descendants, as long as none between them has ended.</summary>
    public static IReadOnlyList<int> DescendantsOf(int process)
    {
        ILookup<int, int> children = AllIds().ToLookup(ParentOf);
        List<int> found = [.. children[process]];
        for (int i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i]]);
        }

        return found;
    }

    /// <summary>When a process started, which tells it from a later one with the same id; empty if it doesn't run any more.</summary>
    public static string StartOf(int process) =>
        FieldsOf(process) is [not "Z" and not "X", ..] and { Length: > 19 } fields ? fields[19] : "";

    private static int ParentOf(int process) => FieldsOf(process) is { Length: > 1 } fields ? int.Parse(fields[1]) : -1;

    /// <summary>What follows the name in the process's line of state.</summary>
    private static string[] FieldsOf(int process)
    {
        string line = TryRead($"/proc/{process}/stat");
        return line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Waits a little for them to end, then fails if they haven't.</summary>
    public static async Task AssertNoneAsync(string text)
    {
        for (int i = 0; i < 40 && Find(text).Count > 0; i++)
        {
            await Task.Delay(50);
        }

        Assert.Empty(Find(text));
    }

    /// <summary>Fails when an ended child of this process isn't reaped. Those of other tests are for a moment.</summary>
    public static async Task AssertNoZombiesAsync()
    {
        List<string> first = Zombies();
        await Task.Delay(1000);
        Assert.Empty(first.Intersect(Zombies()));
    }

    private static List<string> Zombies() =>
        Directory
            .EnumerateDirectories("/proc/self/task")
            .SelectMany(thread => TryRead(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(id => TryRead($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal))
            .ToList();

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
