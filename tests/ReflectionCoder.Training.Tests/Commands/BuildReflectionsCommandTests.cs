using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The BuildReflections sample at its border.</summary>
public sealed class BuildReflectionsCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Run_StoppedBySignal_ChangesNoFileAndSaysSo(string signal, int exitCode)
    {
        SampleProcess.SkipUnlessItTakes(signal);
        using BubblewrapSandbox sandbox = new();
        try
        {
            await sandbox.EnsureAvailableAsync();
        }
        catch (SandboxUnavailableException exception)
        {
            Assert.Skip(exception.Message);
        }

        string manifest = folder["manifest.json"];
        await File.WriteAllTextAsync(manifest, "of an earlier run");
        string tasks = Path.Combine(RepositoryFolder.Path, "samples", "data", "tasks.jsonl");
        string[] arguments = ["--tasks", tasks, "--output", folder.Path, "--per-task", "50", "--jobs", "1"];
        using SampleProcess process = SampleProcess.Start("BuildReflections", arguments);
        process.WaitUntil(() => process.HasChild("bwrap"));
        process.Signal(signal);
        SampleResult result = process.WaitForResult();
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Matches(@"Stopped after \d+ of \d+ tasks; no file was changed\.$", result.Errors);
        Assert.Equal([manifest], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("of an earlier run", await File.ReadAllTextAsync(manifest));
    }
}
