using System.Text.Json;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Curation;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Construction.Runs;

public sealed class ConstructionPipelineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task RunAsync_Concurrent_WritesInTheOrderOfTheInput()
    {
        ScriptedAuthor author = new(
            async (task, variant, token) =>
            {
                await Task.Delay(task.TaskId == "a" ? 60 : 1, token);
                return ScriptedAuthor.Draft(task, variant);
            }
        );
        ConstructionSummary summary = await RunAsync(author, Tasks("a", "b", "c"), new ConstructionOptions { SequencesPerTask = 2 });
        List<Conversation> written = Written();
        Assert.Equal(["a 0", "a 1", "b 0", "b 1", "c 0", "c 1"], written.Select(Name));
        Assert.Equal((true, 3, 3, 6), (summary.IsComplete, summary.Tasks, summary.TasksKept, summary.Statistics.Count));
        Assert.All(
            written,
            one =>
                Assert.Equal(("python", TestOrigin.Task, 0.0), (one.Metadata!.Language, one.Metadata.Tests, one.Metadata.TokenDivergence))
        );
        Assert.Empty(Rejects());
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(folder.File("manifest.json"), Cancellation));
        Assert.Equal(6, manifest.RootElement.GetProperty("sequences").GetProperty("samples").GetInt32());
        Assert.Equal(2, manifest.RootElement.GetProperty("sequences").GetProperty("attempts").GetProperty("2").GetInt32() / 3);
    }

    [Fact]
    public async Task RunAsync_Concurrency_IsBounded()
    {
        int now = 0;
        int most = 0;
        ScriptedAuthor author = new(
            async (task, variant, token) =>
            {
                int count = Interlocked.Increment(ref now);
                most = Math.Max(most, count);
                await Task.Delay(5, token);
                Interlocked.Decrement(ref now);
                return ScriptedAuthor.Draft(task, variant);
            }
        );
        await RunAsync(author, Tasks("a", "b", "c", "d", "e"), new ConstructionOptions { SequencesPerTask = 4, MaxConcurrency = 3 });
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task RunAsync_TasksThatMustNotBeUsed_CostNothing()
    {
        const string Solved = "Return the sum of all the even numbers in a list that has been sorted before";
        ProgrammingTask[] tasks =
        [
            OneTask("bench", "Given a grid of letters find how many times the word of the day appears in it"),
            OneTask("first", Solved + " and count them too please."),
            OneTask("same", Solved + "  and count them too please."),
            OneTask("near", Solved + " and count them too."),
            OneTask("first", "Something else."),
            OneTask("bad", "") with
            {
                Problem = "set.jsonl, line 5: not JSON",
            },
        ];
        BenchmarkText benchmark = new(
            "humaneval",
            "HumanEval/1",
            "given a grid of letters, find how many times the word of the day appears"
        );
        ScriptedAuthor author = new();
        ConstructionSummary summary = await RunAsync(
            author,
            tasks,
            new ConstructionOptions { Decontaminator = new Decontaminator([benchmark]) }
        );
        Assert.Equal(["first 0"], author.Asked);
        Assert.Equal(
            ["bench  Contaminated", "same  Duplicate", "near  NearDuplicate", "first  RepeatedId", "bad  Malformed"],
            Rejects().Select(one => $"{one.TaskId} {one.Variant} {one.Reason}")
        );
        Assert.Contains("HumanEval/1", Rejects()[0].Detail, StringComparison.Ordinal);
        Assert.Contains("'first'", Rejects()[2].Detail, StringComparison.Ordinal);
        Assert.Equal((6, 1, 1), (summary.Tasks, summary.TasksKept, summary.TrainTasks));
    }

    [Fact]
    public async Task RunAsync_FailedVariants_AreReplacedAndListedWithTheirAttempts()
    {
        ScriptedAuthor author = new(
            (task, variant, _) =>
                (task.TaskId, variant) switch
                {
                    ("a", 0) => Result(
                        new ReflectionDraft(Conversation: null)
                        {
                            Reason = "Refused",
                            Detail = "No.",
                            Attempts = [new Block(BlockType.Code, "x = 1")],
                        }
                    ),
                    ("b", _) => Result(
                        new ReflectionDraft(Conversation: null) { Rejections = new Dictionary<string, int> { ["Wrong"] = 3 } }
                    ),
                    ("c", _) => throw new InvalidOperationException("A bug."),
                    _ => Result(ScriptedAuthor.Draft(task, variant)),
                }
        );
        ConstructionSummary summary = await RunAsync(author, Tasks("a", "b", "c"), new ConstructionOptions());
        Assert.Equal(["a 1"], Written().Select(Name));
        Assert.Equal(
            [
                "a 0 Refused No.",
                "b 0 Wrong ",
                "b 1 Wrong ",
                "c 0 AuthorFailed InvalidOperationException: A bug.",
                "c 1 AuthorFailed InvalidOperationException: A bug.",
            ],
            Rejects().Select(one => $"{one.TaskId} {one.Variant} {one.Reason} {one.Detail}")
        );
        Assert.Equal("x = 1", Assert.Single(Rejects()[0].Attempts).Content);
        Assert.Equal((2, 6), (summary.TasksShort, summary.UnusedAttempts["Wrong"]));
    }

    [Fact]
    public async Task RunAsync_Again_AsksForNothingButWhatMayEndOtherwise()
    {
        bool down = true;
        Func<ProgrammingTask, int, CancellationToken, Task<ReflectionDraft>> script = (task, variant, _) =>
            Result(
                task.TaskId == "b" && down
                    ? new ReflectionDraft(Conversation: null) { Reason = "NoAnswer", IsTransient = true }
                    : ScriptedAuthor.Draft(task, variant)
            );
        await RunAsync(new ScriptedAuthor(script), Tasks("a", "b", "c"), new ConstructionOptions());
        Assert.Equal(["b NoAnswer", "b NoAnswer"], Rejects().Select(one => $"{one.TaskId} {one.Reason}"));
        down = false;
        ScriptedAuthor second = new(script);
        List<ConstructionProgress> seen = [];
        await RunAsync(second, Tasks("a", "b", "c"), new ConstructionOptions(), new Observer(seen));
        Assert.Equal(["b 0"], second.Asked);
        Assert.Equal(["a 0", "b 0", "c 0"], Written().Select(Name));
        Assert.Empty(Rejects());
        Assert.Equal((3, 3, 2, 0), (seen[^1].TasksDone, seen[^1].Kept, seen[^1].FromJournal, seen[^1].InFlight));

        byte[] before = await File.ReadAllBytesAsync(folder.File("reflection.jsonl"), Cancellation);
        ScriptedAuthor third = new(script);
        await RunAsync(third, Tasks("a", "b", "c"), new ConstructionOptions { MaxConcurrency = 1 });
        Assert.Empty(third.Asked);
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File("reflection.jsonl"), Cancellation));
        ScriptedAuthor changed = new(script);
        await RunAsync(changed, [Tasks("a")[0] with { Instruction = "Another text." }], new ConstructionOptions());
        Assert.Equal(["a 0"], changed.Asked);
    }

    [Fact]
    public async Task RunAsync_OtherAuthor_RefusesTheJournal()
    {
        await RunAsync(new ScriptedAuthor(), Tasks("a"), new ConstructionOptions());
        ScriptedAuthor other = new() { Identity = "another" };
        await Assert.ThrowsAsync<DataFormatException>(() => RunAsync(other, Tasks("a"), new ConstructionOptions()));
        Assert.Empty(other.Asked);
    }

    [Fact]
    public async Task RunAsync_Stopped_WritesWhatIsFinishedAndGoesOn()
    {
        using CancellationTokenSource stop = new();
        ScriptedAuthor author = new(
            async (task, variant, token) =>
            {
                if (task.TaskId == "c")
                {
                    await stop.CancelAsync();
                    await Task.Delay(Timeout.Infinite, token);
                }

                return ScriptedAuthor.Draft(task, variant);
            }
        );
        ConstructionOptions options = new() { MaxConcurrency = 1 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RunAsync(author, Tasks("a", "b", "c", "d"), options, null, stop.Token)
        );
        Assert.Equal(["a 0", "b 0"], Written().Select(Name));
        using (JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(folder.File("manifest.json"), Cancellation)))
        {
            Assert.False(manifest.RootElement.GetProperty("is_complete").GetBoolean());
        }

        ScriptedAuthor second = new();
        await RunAsync(second, Tasks("a", "b", "c", "d"), options);
        Assert.Equal(["c 0", "d 0"], second.Asked);
        Assert.Equal(["a 0", "b 0", "c 0", "d 0"], Written().Select(Name));
    }

    [Fact]
    public async Task RunAsync_FatalCall_StopsAndSaysHowToGoOn()
    {
        ScriptedAuthor author = new(
            (task, variant, _) =>
                task.TaskId == "b"
                    ? throw new AuthorCallException("401: no such key.", isFatal: true)
                    : Result(ScriptedAuthor.Draft(task, variant))
        );
        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() =>
            RunAsync(author, Tasks("a", "b", "c"), new ConstructionOptions { MaxConcurrency = 1 })
        );
        Assert.StartsWith("401: no such key.", exception.Message, StringComparison.Ordinal);
        Assert.Contains("same options and journal", exception.Message, StringComparison.Ordinal);
        Assert.Equal(["a 0"], Written().Select(Name));
        Assert.Equal(["a 0", "b 0"], author.Asked);
    }

    [Fact]
    public async Task RunAsync_FatalCall_LetsWhatIsUnderWayEnd()
    {
        TaskCompletionSource begun = new();
        TaskCompletionSource failing = new();
        ScriptedAuthor author = new(
            async (task, variant, token) =>
            {
                if (task.TaskId == "b")
                {
                    await begun.Task;
                    failing.SetResult();
                    throw new AuthorCallException("401: no such key.", isFatal: true);
                }

                begun.SetResult();
                await failing.Task;
                await Task.Delay(100, token); // its answer is paid for, and still to come
                return ScriptedAuthor.Draft(task, variant);
            }
        );
        await Assert.ThrowsAsync<AuthorCallException>(() =>
            RunAsync(author, Tasks("a", "b", "c"), new ConstructionOptions { MaxConcurrency = 2 })
        );
        Assert.Equal(["a 0"], Written().Select(Name));
        Assert.DoesNotContain("c 0", author.Asked);
    }

    [Fact]
    public async Task RunAsync_SandboxGone_StopsTheRun()
    {
        ScriptedAuthor author = new((_, _, _) => throw new SandboxUnavailableException("No bwrap."));
        await Assert.ThrowsAsync<SandboxUnavailableException>(() => RunAsync(author, Tasks("a"), new ConstructionOptions()));
        Assert.Empty(Written());
    }

    [Fact]
    public async Task RunAsync_Divergence_RejectsAndWeighs()
    {
        ScriptedAuthor author = new(
            (task, variant, _) =>
            {
                ReflectionDraft draft = ScriptedAuthor.Draft(task, variant);
                return Result(task.TaskId == "b" ? WithAnswer(draft, "import sys\nprint(sys.argv, 7)") : draft);
            }
        );
        await RunAsync(author, Tasks("a", "b"), new ConstructionOptions { MaxDivergence = 0.5 });
        Assert.Equal(["a"], Written().Select(one => one.Metadata!.TaskId));
        Assert.Equal("Divergence", Rejects()[0].Reason);

        await RunAsync(new ScriptedAuthor(), Tasks("a", "b"), new ConstructionOptions { DivergencePenalty = 0.5 });
        Assert.Equal(1 - (0.5 * Written()[1].Metadata!.TokenDivergence!.Value), Written()[1].Weight);
        Assert.InRange(Written()[1].Metadata!.TokenDivergence!.Value, 0.5, 1);
        await RunAsync(new ScriptedAuthor(), Tasks("a", "b"), new ConstructionOptions { Weigh = one => one.TaskId == "a" ? 0 : 2 });
        Assert.Equal([0, 2], Written().Select(one => one.Weight));
    }

    [Fact]
    public async Task RunAsync_SameFinalCodeForTwoTasks_KeepsTheFirst()
    {
        const string Code = "def total(numbers):\n    result = 0\n    for number in numbers:\n        result += number\n    return result";
        ScriptedAuthor author = new((task, variant, _) => Result(ScriptedAuthor.Draft(task, variant, Code)));
        await RunAsync(author, Tasks("a", "b"), new ConstructionOptions { SequencesPerTask = 2, VariantsPerSequence = 1 });
        Assert.Equal(["a 0", "a 1"], Written().Select(Name));
        Assert.Equal(["b 0 Duplicate", "b 1 Duplicate"], Rejects().Select(one => $"{one.TaskId} {one.Variant} {one.Reason}"));
    }

    [Fact]
    public async Task RunAsync_SplitFiles_WritesEachSplitAndPlainSamples()
    {
        ProgrammingTask[] tasks = [Tasks("a")[0], Tasks("b")[0] with { Split = "held_out" }];
        ConstructionOptions options = new()
        {
            SplitFiles = true,
            SequencesPerHeldOutTask = 2,
            WriteGeneration = task => new Conversation(
                [new Message(MessageRole.User, [new Block(BlockType.Text, task.TaskId)])],
                SampleType.Generation
            ),
            Notes = new Dictionary<string, object> { ["seed"] = 7 },
        };
        ConstructionSummary summary = await RunAsync(new ScriptedAuthor(), tasks, options);
        Assert.Equal(["a 0"], SequenceReader.Read(folder.File("reflection.train.jsonl")).Select(Name));
        Assert.Equal(["b 0", "b 1"], SequenceReader.Read(folder.File("reflection.held_out.jsonl")).Select(Name));
        Assert.Single(SequenceReader.Read(folder.File("generation.train.jsonl")));
        Assert.False(File.Exists(folder.File("reflection.jsonl")));
        Assert.Equal((1, 2, 1), (summary.TrainSequences, summary.HeldOutSequences, summary.GenerationSamples));
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(folder.File("manifest.json"), Cancellation));
        Assert.Equal(7, manifest.RootElement.GetProperty("seed").GetInt32());
    }

    [Fact]
    public async Task RunAsync_TaskWithoutSequence_HasNoPlainSampleEither()
    {
        ScriptedAuthor author = new(
            (task, variant, _) =>
                Result(task.TaskId == "b" ? new ReflectionDraft(null) { Reason = "SolutionFailed" } : ScriptedAuthor.Draft(task, variant))
        );
        ConstructionOptions options = new()
        {
            SplitFiles = true,
            WriteGeneration = task => new Conversation(
                [new Message(MessageRole.User, [new Block(BlockType.Text, task.TaskId)])],
                SampleType.Generation
            ),
        };
        ConstructionSummary summary = await RunAsync(author, Tasks("a", "b", "c"), options);
        Assert.Equal(2, summary.GenerationSamples);
        Assert.Equal(
            ["a", "c"],
            SequenceReader.Read(folder.File("generation.train.jsonl")).Select(sample => sample.Messages[0].Content[0].Content)
        );
        Assert.DoesNotContain(Directory.GetFiles(folder.Path), file => file.Contains("waiting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_LanguageThatIsNotRun_RejectsItsTasksBeforeTheAuthorIsAsked()
    {
        ProgrammingTask[] tasks = [.. Tasks("a", "b", "c").Select(task => task.TaskId == "b" ? task with { Language = "html" } : task)];
        ScriptedSandbox sandbox = new(_ => ScriptedSandbox.Passed()) { Languages = ["python"] };
        ScriptedAuthor author = new();
        await RunAsync(author, tasks, new ConstructionOptions { Sandbox = sandbox });
        Assert.Equal(["a 0", "c 0"], Written().Select(Name));
        Assert.Equal(["a 0", "c 0"], author.Asked.Order());
        Assert.Equal(["b LanguageNotRun"], Rejects().Select(one => $"{one.TaskId} {one.Reason}").Distinct());
    }

    [Fact]
    public async Task RunAsync_StoppedRunThatAsksForMore_KeepsTheFilesOfTheCompleteOne()
    {
        await RunAsync(new ScriptedAuthor(), Tasks("a", "b"), new ConstructionOptions());
        string manifest = await File.ReadAllTextAsync(folder.File("manifest.json"), Cancellation);
        ScriptedAuthor failing = new((_, _, _) => throw new AuthorCallException("401: no such key.", isFatal: true));
        await Assert.ThrowsAsync<AuthorCallException>(() =>
            RunAsync(failing, Tasks("a", "b"), new ConstructionOptions { SequencesPerTask = 2 })
        );
        Assert.Equal(["a 0", "b 0"], Written().Select(Name));
        Assert.Equal(manifest, await File.ReadAllTextAsync(folder.File("manifest.json"), Cancellation));

        await RunAsync(new ScriptedAuthor(), Tasks("a", "b"), new ConstructionOptions { SequencesPerTask = 2 });
        Assert.Equal(["a 0", "a 1", "b 0", "b 1"], Written().Select(Name));
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_AreAllListed()
    {
        using ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        ConstructionOptions options = new()
        {
            MaxConcurrency = 0,
            SequencesPerTask = 0,
            VariantsPerSequence = 0,
            MaxDivergence = 2,
            DivergencePenalty = -1,
            TaskDuplicates = new DuplicateFinderOptions { Threshold = 7 },
        };
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(() =>
            new ConstructionPipeline(new ScriptedAuthor(), journal, options)
        );
        Assert.Equal(
            ["MaxConcurrency", "SequencesPerTask", "VariantsPerSequence", "MaxDivergence", "DivergencePenalty", "TaskDuplicates.Threshold"],
            exception.Errors.Select(error => error.Name)
        );
    }

    private static Task<ReflectionDraft> Result(ReflectionDraft draft) => Task.FromResult(draft);

    private static ReflectionDraft WithAnswer(ReflectionDraft draft, string code)
    {
        Conversation conversation = draft.Conversation!;
        Message answer = new(MessageRole.Assistant, [new Block(BlockType.Text, $"```python\n{code}\n```")]);
        return draft with { Conversation = conversation with { Messages = [.. conversation.Messages.Take(3), answer] } };
    }

    private static string Name(Conversation one) => $"{one.Metadata!.TaskId} {one.Metadata.Variant}";

    private static ProgrammingTask OneTask(string id, string instruction) => new() { TaskId = id, Instruction = instruction };

    private static ProgrammingTask[] Tasks(params string[] ids) => [.. ids.Select(id => OneTask(id, $"Write the function {id}."))];

    private async Task<ConstructionSummary> RunAsync(
        IReflectionAuthor author,
        ProgrammingTask[] tasks,
        ConstructionOptions options,
        IProgress<ConstructionProgress>? progress = null,
        CancellationToken? cancellationToken = null
    )
    {
        using ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        ConstructionPipeline pipeline = new(author, journal, options);
        return await pipeline.RunAsync(tasks.ToAsyncEnumerable(), folder.Path, progress, cancellationToken ?? Cancellation);
    }

    private List<Conversation> Written() => [.. SequenceReader.Read(folder.File("reflection.jsonl"))];

    private List<Reject> Rejects() =>
        [.. File.ReadLines(folder.File("rejects.jsonl")).Select(line => JsonSerializer.Deserialize<Reject>(line, DraftJson.Options)!)];

    private sealed record Reject(string TaskId, int? Variant, string Reason, string? Detail, IReadOnlyList<Block> Attempts);

    private sealed class Observer(List<ConstructionProgress> seen) : IProgress<ConstructionProgress>
    {
        public void Report(ConstructionProgress value)
        {
            lock (seen)
            {
                seen.Add(value);
            }
        }
    }
}
