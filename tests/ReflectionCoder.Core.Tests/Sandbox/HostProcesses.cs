namespace ReflectionCoder.Tests.Sandbox;

/// <summary>Looks at processes from outside the sandbox.</summary>
internal static class HostProcesses
{
    /// <summary>Command lines of all processes that hold the text.</summary>
    public static IReadOnlyList<string> Find(string text) =>
        Directory
            .EnumerateDirectories("/proc")
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            .Select(folder => TryRead(folder + "/cmdline"))
            .Where(line => line.Contains(text, StringComparison.Ordinal))
            .ToList();

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
