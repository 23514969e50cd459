namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>What a sandbox could leave on the host.</summary>
/// <param name="User">User id of the sandbox's processes, if this process is root's.</param>
/// <param name="Processes">This process's descendants, and all processes of the user.</param>
/// <param name="Descriptors">How many descriptors this process has, and those together have.</param>
/// <param name="Mounts">How many mounts this process sees.</param>
/// <param name="TemporaryFiles">What lies in the temporary folders.</param>
internal sealed record HostState(int User, IReadOnlyList<int> Processes, int Descriptors, int Mounts, IReadOnlyList<string> TemporaryFiles)
{
    /// <summary>The runtime opens and closes some of its own.</summary>
    private const int DescriptorSlack = 8;

    /// <summary>Notes the state once it has settled.</summary>
    public static async Task<HostState> TakeAsync(int user)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        await Task.Delay(300);
        IReadOnlyList<int> processes =
        [
            .. HostProcesses.DescendantsOf(Environment.ProcessId).Concat(HostProcesses.OfUser(user)).Distinct().Order(),
        ];
        return new HostState(
            user,
            processes,
            processes.Append(Environment.ProcessId).Sum(CountDescriptors),
            File.ReadLines("/proc/self/mountinfo").Count(),
            [.. new[] { Path.GetTempPath(), "/dev/shm", "/run" }.Where(Directory.Exists).SelectMany(Directory.GetFileSystemEntries)]
        );
    }

    /// <summary>Fails if there is more than before, also after some time.</summary>
    public async Task AssertUnchangedAsync()
    {
        HostState now = await TakeAsync(User);
        for (int i = 0; i < 20 && Added(now).Length > 0; i++)
        {
            await Task.Delay(200);
            now = await TakeAsync(User);
        }

        Assert.Equal("", Added(now));
    }

    /// <summary>Fails if a process of the user still runs after some time.</summary>
    public static async Task AssertNoneAsync(int user)
    {
        for (int i = 0; i < 40 && HostProcesses.OfUser(user).Count > 0; i++)
        {
            await Task.Delay(50);
        }

        Assert.Empty(HostProcesses.OfUser(user));
    }

    private string Added(HostState now)
    {
        string[] processes = [.. now.Processes.Except(Processes).Select(id => $"process {id}")];
        string[] files = [.. now.TemporaryFiles.Except(TemporaryFiles).Where(file => file.Contains("sandbox") || file.Contains("bwrap"))];
        string descriptors = now.Descriptors > Descriptors + DescriptorSlack ? $"{now.Descriptors - Descriptors} descriptors" : "";
        string mounts = now.Mounts > Mounts ? $"{now.Mounts - Mounts} mounts" : "";
        return string.Join(", ", processes.Concat(files).Append(descriptors).Append(mounts).Where(text => text.Length > 0));
    }

    private static int CountDescriptors(int process)
    {
        try
        {
            return Directory.GetFiles($"/proc/{process}/fd").Length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0; // it has just ended, or is another user's
        }
    }
}
