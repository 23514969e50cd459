namespace ReflectionCoder.Tests.Sandbox;

/// <summary>Looks at processes from outside the sandbox.</summary>
internal static class HostProcesses
{
    /// <summary>Command lines of all processes that hold the text.</summary>
    public static IReadOnlyList<string> Find(string text) => Directory.EnumerateDirectories("/proc")
        .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
        .Select(folder => TryRead(folder + "/cmdline"))
        .Where(line => line.Contains(text, StringComparison.Ordinal))
        .ToList();

    /// <summary>Fails when a bwrap or python child of this process, alive or a zombie, is left.</summary>
    public static async Task AssertNoChildrenAsync()
    {
        // Other tests of the assembly may be running sandboxes of their own.
        List<string> first = Children();
        await Task.Delay(1500);
        Assert.Empty(first.Intersect(Children()));
    }

    private static List<string> Children() => Directory.EnumerateDirectories("/proc/self/task")
        .SelectMany(thread => TryRead(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(id => TryRead($"/proc/{id}/stat") is var stat && (stat.Contains("bwrap") || stat.Contains("setpriv")))
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
