using System.Diagnostics;
using System.Text.RegularExpressions;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Chat;
using ReflectionCoder.Construction.Runs;

namespace ReflectionCoder.Tests.Construction.Runs;

/// <summary>What a run with a chat author publishes, in the names of docs/observability.md.</summary>
public sealed partial class ConstructionTelemetryTests : IDisposable
{
    private const string Outcome = "reflectioncoder.construction.outcome";
    private const string CallOutcome = "reflectioncoder.author.outcome";
    private const string Direction = "reflectioncoder.author.direction";
    private const string Wrong = "Plan.\n```python\ndef f(x):\n    return x + 2\n```";
    private const string Right = "The sum is wrong.\n```python\ndef f(x):\n    return 2 * x\n```";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task RunAsync_KeptSequence_PublishesItsAttemptsCallsAndTokens()
    {
        using TraceRecorder recorder = new();
        AuthorUsage usage = await RunAsync(new HttpRequestException("down"), Wrong, Right, Right);

        Assert.Equal(["Failed", "Passed"], OutcomesOf(recorder, "reflectioncoder.construction.attempts"));
        Assert.All(recorder.Of("reflectioncoder.construction.attempts"), one => Assert.Equal(1, one.Value));
        TraceRecorder.Measured rounds = Assert.Single(recorder.Of("reflectioncoder.construction.rounds"));
        Assert.Equal((2, $"{Outcome}=Accepted"), (rounds.Value, rounds.Tags));
        TraceRecorder.Measured duration = Assert.Single(recorder.Of("reflectioncoder.construction.sequence.duration"));
        Assert.Equal($"reflectioncoder.construction.language=python, {Outcome}=Written", duration.Tags);
        Assert.Equal([1, -1], recorder.Of("reflectioncoder.construction.sequences.in_flight").Select(one => one.Value));
        IReadOnlyList<TraceRecorder.Measured> calls = recorder.Of("reflectioncoder.author.call.duration");
        Assert.Equal(Enumerable.Repeat($"{CallOutcome}=answered", 3), calls.Select(one => one.Tags));
        Assert.InRange(duration.Value, calls.Sum(one => one.Value), 60);
        Assert.Equal(1, Assert.Single(recorder.Of("reflectioncoder.author.retries")).Value);
        ILookup<string, double> tokens = recorder.Of("reflectioncoder.author.tokens").ToLookup(one => one.Tags, one => one.Value);
        Assert.Equal(usage.InputTokens, tokens[$"{Direction}=input"].Sum());
        Assert.Equal(usage.OutputTokens, tokens[$"{Direction}=output"].Sum());
        Assert.True(usage.OutputTokens > 0);

        Activity sequence = Assert.Single(recorder.Activities, one => one.OperationName == "construct sequence");
        Assert.Equal("Written", sequence.GetTagItem(Outcome));
        Activity written = Assert.Single(recorder.Activities, one => one.OperationName == "write sequence");
        Assert.Equal((sequence.SpanId, "Accepted"), (written.ParentSpanId, written.GetTagItem(Outcome)));
        Assert.Equal(
            ("t", 0),
            (written.GetTagItem("reflectioncoder.construction.task"), written.GetTagItem("reflectioncoder.construction.variant"))
        );
        Activity[] asked = [.. recorder.Activities.Where(one => one.OperationName == "author call")];
        Assert.Equal(3, asked.Length);
        Assert.All(
            asked,
            call =>
                Assert.Equal(
                    (written.SpanId, "m", "answered"),
                    (call.ParentSpanId, call.GetTagItem("reflectioncoder.author.model"), call.GetTagItem(CallOutcome))
                )
        );
    }

    [Fact]
    public async Task RunAsync_RejectedSequence_PublishesTheReasonOnce()
    {
        using TraceRecorder recorder = new();
        await RunAsync("I can't help with that.");

        Assert.Empty(recorder.Of("reflectioncoder.construction.attempts"));
        Assert.Equal(["Refused"], OutcomesOf(recorder, "reflectioncoder.construction.rounds"));
        Assert.Equal(["Refused"], OutcomesOf(recorder, "reflectioncoder.construction.sequence.duration"));

        // What the journal has is no work.
        int before = recorder.All.Count;
        await RunAsync();
        Assert.Equal(before, recorder.All.Count);
        Assert.Single(recorder.Activities, one => one.OperationName == "construct sequence");
    }

    [Fact]
    public async Task RunAsync_FailedCall_IsPublishedAsFailed()
    {
        using TraceRecorder recorder = new();
        await RunAsync(new NotSupportedException("no"));

        Assert.Equal($"{CallOutcome}=failed", Assert.Single(recorder.Of("reflectioncoder.author.call.duration")).Tags);
        Assert.Empty(recorder.Of("reflectioncoder.author.tokens"));
        Assert.Equal(["CallFailed"], OutcomesOf(recorder, "reflectioncoder.construction.rounds"));
        Assert.Equal([1, -1], recorder.Of("reflectioncoder.construction.sequences.in_flight").Select(one => one.Value));
    }

    [Fact]
    public async Task Names_AreThoseOfTheDocumentation()
    {
        using TraceRecorder recorder = new();
        await RunAsync(new HttpRequestException("down"), Wrong, Right, Right);

        string documentation = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Path, "docs", "observability.md"),
            TestContext.Current.CancellationToken
        );
        string[] documented =
        [
            .. ConstructionName()
                .Matches(documentation)
                .Select(match => match.Groups["name"].Value)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(documented, recorder.All.Select(one => one.Instrument).Distinct().Order(StringComparer.Ordinal));
        Assert.All(
            recorder.Activities,
            activity => Assert.Contains($"`{activity.OperationName}`", documentation, StringComparison.Ordinal)
        );
    }

    private static IEnumerable<string> OutcomesOf(TraceRecorder recorder, string instrument) =>
        recorder.Of(instrument).Select(one => one.Tags[(one.Tags.IndexOf(Outcome + "=", StringComparison.Ordinal) + Outcome.Length + 1)..]);

    /// <summary>Runs a pipeline with one task, whose author's model gives the answers in order.</summary>
    private async Task<AuthorUsage> RunAsync(params object[] answers)
    {
        using ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        using AuthorChatClient client = new(
            new ScriptedChatClient(answers),
            new AuthorChatOptions { RetryDelay = TimeSpan.FromMilliseconds(1) },
            journal
        );
        ScriptedSandbox sandbox = new(source =>
            source.Contains("2 * x") ? ScriptedSandbox.Passed() : ScriptedSandbox.Failed("AssertionError")
        );
        ProgrammingTask task = new()
        {
            TaskId = "t",
            Instruction = "Write `f(x)`.",
            Asserts = ["assert f(2) == 4"],
        };
        ConstructionPipeline pipeline = new(
            new ChatAuthor(client, sandbox),
            journal,
            new ConstructionOptions { SequencesPerTask = 1, VariantsPerSequence = 1 }
        );
        await pipeline.RunAsync(new[] { task }.ToAsyncEnumerable(), folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        return client.Usage;
    }

    /// <summary>An instrument in a row of a table.</summary>
    [GeneratedRegex(
        @"^\| `(?<name>reflectioncoder\.(author|construction)\.[\w.]+)` \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex ConstructionName();
}
