using System.Text.Json;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Construction.Runs;

namespace ReflectionCoder.Tests.Construction.Calls;

/// <summary>The manifest says which interpreters made a run's sequences.</summary>
public sealed class RecordingAuthorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WarningLog<ConstructionPipeline> warnings = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task RunAsync_WithSandbox_WritesVersionsOncePerLanguage()
    {
        ScriptedSandbox sandbox = Sandbox("CPython 3.12.3");

        await RunAsync(sandbox, "a", "b", "c");

        Assert.Equal(["CPython 3.12.3"], Toolchains());
        Assert.Single(sandbox.Sources);
        Assert.Empty(warnings.Messages);
    }

    [Fact]
    public async Task RunAsync_AllFromTheJournal_AsksForNoVersion()
    {
        await RunAsync(Sandbox("CPython 3.12.3"), "a");
        ScriptedSandbox other = Sandbox("CPython 3.13.0");

        await RunAsync(other, "a");

        Assert.Empty(other.Sources);
        Assert.Equal(["CPython 3.12.3"], Toolchains());
    }

    [Fact]
    public async Task RunAsync_GoesOnWithAnotherVersion_KeepsBothAndWarns()
    {
        await RunAsync(Sandbox("CPython 3.12.3"), "a");

        ConstructionSummary summary = await RunAsync(Sandbox("CPython 3.13.0"), "a", "b");

        Assert.Equal(2, summary.Statistics.Count);
        Assert.Equal(["CPython 3.12.3", "CPython 3.13.0"], Toolchains());
        Assert.Single(warnings.Messages);
    }

    [Fact]
    public async Task RunAsync_SandboxThatRecords_IsAskedAnew()
    {
        using (ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl")))
        {
            await RunAsync(journal.Record(Sandbox("CPython 3.12.3")), journal, "a");
            await RunAsync(journal.Record(Sandbox("CPython 3.13.0")), journal, "b");
        }

        Assert.Equal(["CPython 3.12.3", "CPython 3.13.0"], Toolchains());
    }

    [Fact]
    public async Task RunAsync_VersionProgramFails_WritesNone()
    {
        await RunAsync(new ScriptedSandbox(_ => ScriptedSandbox.Failed("boom")), "a");

        Assert.False(Manifest().TryGetProperty("toolchains", out _));
    }

    private static ScriptedSandbox Sandbox(string version) =>
        new(_ => new SandboxResult(SandboxOutcome.Passed, 0, version + "\n", "", false, TimeSpan.Zero));

    private async Task<ConstructionSummary> RunAsync(ICodeSandbox sandbox, params string[] ids)
    {
        using ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        return await RunAsync(sandbox, journal, ids);
    }

    private async Task<ConstructionSummary> RunAsync(ICodeSandbox sandbox, ConstructionJournal journal, params string[] ids)
    {
        ConstructionPipeline pipeline = new(new ScriptedAuthor(), journal, new ConstructionOptions { Sandbox = sandbox }, warnings);
        IEnumerable<ProgrammingTask> tasks = ids.Select(id => new ProgrammingTask
        {
            TaskId = id,
            Instruction = $"Write the function {id}.",
        });
        return await pipeline.RunAsync(tasks.ToAsyncEnumerable(), folder.Path, cancellationToken: TestContext.Current.CancellationToken);
    }

    private JsonElement Manifest()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(folder.File("manifest.json")));
        return manifest.RootElement.Clone();
    }

    private IEnumerable<string?> Toolchains() =>
        Manifest().GetProperty("toolchains").GetProperty("python").EnumerateArray().Select(one => one.GetString());
}
