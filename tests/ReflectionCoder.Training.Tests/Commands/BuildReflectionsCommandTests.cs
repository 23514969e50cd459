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
    public async Task Run_StoppedBySignal_KeepsWhatIsFinishedAndGoesOn(string signal, int exitCode)
    {
        SampleProcess.SkipUnlessItTakes(signal);
        await SkipWithoutSandboxAsync();
        string[] arguments = [.. Arguments(), "--per-task", "50", "--jobs", "1"];
        using SampleProcess process = SampleProcess.Start("BuildReflections", arguments);
        // The journal is locked while the run writes it, so only its size can be seen: a few sequences of some kilobytes each.
        process.WaitUntil(() => new FileInfo(folder["journal.jsonl"]) is { Exists: true, Length: > 20_000 });
        process.Signal(signal);
        SampleResult result = process.WaitForResult();
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("The same command goes on.", result.Errors.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("\"is_complete\": false", await File.ReadAllTextAsync(folder["manifest.json"]), StringComparison.Ordinal);
        Assert.True(Lines("journal.jsonl") > 3);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task Run_TwoTasks_WritesAllFilesAndASecondRunTheSame()
    {
        await SkipWithoutSandboxAsync();
        string tasks = folder["tasks.jsonl"];
        await File.WriteAllLinesAsync(tasks, [.. File.ReadLines(Tasks).Take(2), "{"]);
        string[] arguments = ["--tasks", tasks, "--output", folder.Path, "--per-task", "1", "--held-out-per-task", "1"];
        SampleResult first = SampleProcess.Run("BuildReflections", arguments);
        Assert.True(first.ExitCode == 0, first.Errors);
        string reflections = await File.ReadAllTextAsync(folder["reflection.train.jsonl"]);
        int journaled = Lines("journal.jsonl");
        Assert.Contains("\"reason\":\"Malformed\"", await File.ReadAllTextAsync(folder["rejects.jsonl"]), StringComparison.Ordinal);
        Assert.Equal(0, SampleProcess.Run("BuildReflections", arguments).ExitCode);
        Assert.Equal(reflections, await File.ReadAllTextAsync(folder["reflection.train.jsonl"]));
        Assert.Equal(journaled, Lines("journal.jsonl"));

        SampleResult other = SampleProcess.Run("BuildReflections", [.. arguments, "--seed", "1"]);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("journal", other.Errors, StringComparison.Ordinal);
    }

    private static string Tasks => Path.Combine(RepositoryFolder.Path, "samples", "data", "tasks.jsonl");

    private static async Task SkipWithoutSandboxAsync()
    {
        using BubblewrapSandbox sandbox = new();
        try
        {
            await sandbox.EnsureAvailableAsync();
        }
        catch (SandboxUnavailableException exception)
        {
            Assert.Skip(exception.Message);
        }
    }

    private string[] Arguments() => ["--tasks", Tasks, "--output", folder.Path];

    private int Lines(string file)
    {
        if (!File.Exists(folder[file]))
        {
            return 0;
        }

        using StreamReader reader = new(new FileStream(folder[file], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(character => character == '\n');
    }
}
