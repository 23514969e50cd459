using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sandbox;
using static ReflectionCoder.Tests.Construction.ScriptedSandbox;

namespace ReflectionCoder.Tests.Construction;

public sealed class MutationAuthorTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly ProgrammingTask Sum = new()
    {
        TaskId = "test/total",
        Instruction = "Write a Python function `total(numbers)` that adds up the numbers.",
        EntryPoint = "total",
        Solution = "def total(numbers):\n    result = 0\n    for number in numbers:\n        result += number\n    return result",
        Asserts = ["assert total([1, 2]) == 3", "assert total([4]) == 4", "assert total([]) == 0, \"empty list\""],
        Split = "train",
    };

    [Fact]
    public async Task ComposeAsync_ScriptedSandbox_WritesTheForm()
    {
        ScriptedSandbox sandbox = new(Failing);
        MutationAuthor author = new(sandbox, new MutationAuthorOptions { SingleAttemptShare = 0, MistakeWeights = [1] });
        MutationDraft draft = await author.ComposeAsync(Sum, 0);

        Conversation conversation = draft.Conversation!;
        Assert.Equal(
            [MessageRole.User, MessageRole.Assistant, MessageRole.User, MessageRole.Assistant],
            conversation.Messages.Select(message => message.Role)
        );
        Assert.Equal(SampleType.Reflection, conversation.Type);
        IReadOnlyList<Block> blocks = conversation.Messages[1].Content;
        BlockType[] round = [BlockType.Text, BlockType.Code, BlockType.Execution];
        Assert.Equal([.. round, .. round], blocks.Select(block => block.Type));
        Assert.Contains("NameError: name 'oops' is not defined", blocks[2].Content, StringComparison.Ordinal);
        Assert.Contains("NameError", blocks[3].Content, StringComparison.Ordinal);
        Assert.Contains(Assert.Single(draft.Mutations).Diagnosis, blocks[3].Content, StringComparison.Ordinal);
        Assert.StartsWith(Sum.Solution!, blocks[4].Content, StringComparison.Ordinal);
        Assert.All(blocks.Where(block => block.Type == BlockType.Code), block => Assert.Contains(block.Content, sandbox.Sources));
        Assert.Equal("all well\n", blocks[5].Content);
        Assert.Contains(Sum.Instruction, Assert.Single(conversation.Messages[2].Content).Content, StringComparison.Ordinal);
        Assert.Equal($"```python\n{Sum.Solution}\n```", Assert.Single(conversation.Messages[3].Content).Content);
    }

    [Fact]
    public async Task ComposeAsync_Explanation_IsSaidBeforeTheFirstAttemptAlone()
    {
        const string explanation = "go through the numbers and keep a total";
        MutationAuthor author = new(
            new ScriptedSandbox(Failing),
            new MutationAuthorOptions { SingleAttemptShare = 0, MistakeWeights = [1] }
        );
        for (int variant = 0; variant < 5; variant++)
        {
            MutationDraft draft = await author.ComposeAsync(Sum with { Explanation = explanation }, variant);
            Block[] telling =
            [
                .. draft
                    .Conversation!.Messages.SelectMany(message => message.Content)
                    .Where(block => block.Content.Contains(explanation, StringComparison.Ordinal)),
            ];
            Assert.Same(draft.Conversation.Messages[1].Content[0], Assert.Single(telling));
        }
    }

    [Fact]
    public async Task ComposeAsync_TwoMistakes_CorrectsTheOneThatTheErrorComesFromFirst()
    {
        // Of two mistakes, the program shows the one in the earlier line.
        ScriptedSandbox sandbox = new(source =>
        {
            string[] good = Sum.Solution!.Split('\n');
            int wrong = Array.FindIndex(good, line => !source.Contains(line + "\n", StringComparison.Ordinal));
            return wrong < 0 ? Passed() : Failed($"NameError: line number {wrong} is wrong");
        });
        IMutationOperator[] operators = [.. MutationOperators.All.Where(one => one.Name is "augmented-assignment" or "dropped-return")];
        MutationAuthor author = new(
            sandbox,
            new MutationAuthorOptions
            {
                SingleAttemptShare = 0,
                MistakeWeights = [0, 1],
                Languages = [new PythonMutations(operators)],
            }
        );
        for (int variant = 0; variant < 5; variant++)
        {
            MutationDraft draft = await author.ComposeAsync(Sum, variant);
            Assert.Equal(["augmented-assignment", "dropped-return"], draft.Mutations.Select(mutation => mutation.Operator));
            IReadOnlyList<Block> blocks = draft.Conversation!.Messages[1].Content;
            Assert.Equal(9, blocks.Count);
            Assert.DoesNotContain("return result", blocks[4].Content, StringComparison.Ordinal);
            Assert.Contains("result += number", blocks[4].Content, StringComparison.Ordinal);
            Assert.Contains(draft.Mutations[0].Diagnosis, blocks[3].Content, StringComparison.Ordinal);
            Assert.Contains(draft.Mutations[1].Diagnosis, blocks[6].Content, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ComposeAsync_FourMistakes_EachProgramHasOneLess()
    {
        // The program shows the first line that is wrong.
        ProgrammingTask task = Sum with
        {
            Solution = "def total(a, b):\n    c = a + 1\n    c += b\n    d = c * 2\n    e = d < 4\n    return e",
            Asserts = ["assert total(1, 2) == 3"],
        };
        string[] good = task.Solution.Split('\n');
        ScriptedSandbox sandbox = new(source =>
        {
            int wrong = Array.FindIndex(good, line => !source.Contains(line + "\n", StringComparison.Ordinal));
            return wrong < 0 ? Passed() : Failed($"NameError: {good[wrong].Trim()} is wrong");
        });
        MutationAuthor author = new(
            sandbox,
            new MutationAuthorOptions
            {
                SingleAttemptShare = 0,
                MistakeWeights = [0, 0, 0, 1],
                Languages = [new PythonMutations([.. MutationOperators.All.Where(one => one.Kind == MutationKind.Misbehaving)])],
            }
        );
        MutationDraft draft = await author.ComposeAsync(task, 0);
        Assert.Equal(4, draft.Mutations.Count);
        IReadOnlyList<Block> blocks = draft.Conversation!.Messages[1].Content;
        Assert.Equal(15, blocks.Count);
        int[] wrong = [.. blocks.Where(block => block.Type == BlockType.Code).Select(Wrong)];
        Assert.Equal([4, 3, 2, 1, 0], wrong);
        for (int round = 0; round < 4; round++)
        {
            string fixedLine = good.First(line => !blocks[(3 * round) + 1].Content.Contains(line + "\n", StringComparison.Ordinal));
            Assert.Contains(draft.Mutations[round].Diagnosis, blocks[(3 * round) + 3].Content, StringComparison.Ordinal);
            Assert.Contains(fixedLine + "\n", blocks[(3 * round) + 4].Content, StringComparison.Ordinal);
        }

        int Wrong(Block code) => good.Count(line => !code.Content.Contains(line + "\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ComposeAsync_NearMiss_PrefersProgramsThatPassATest()
    {
        // Only a mistake after the loop gets past the first test.
        string beforeReturn = Sum.Solution![..Sum.Solution!.IndexOf("    return", StringComparison.Ordinal)];
        ScriptedSandbox sandbox = new(source =>
            IsGood(source) ? Passed()
            : source.Contains(beforeReturn, StringComparison.Ordinal) ? Failing("assert total([4]) == 4")
            : Failing("assert total([1, 2]) == 3")
        );
        MutationAuthorOptions options = new() { SingleAttemptShare = 0, MistakeWeights = [1] };
        MutationAuthor near = new(sandbox, options with { NearMissShare = 1 });
        MutationAuthor any = new(sandbox, options with { NearMissShare = 0 });
        int nears = 0;
        int anys = 0;
        for (int variant = 0; variant < 40; variant++)
        {
            nears += await IsNearAsync(near, variant);
            anys += await IsNearAsync(any, variant);
        }

        Assert.True(nears > anys + 5, $"{nears} of 40 when preferred, {anys} else");

        static SandboxResult Failing(string test) =>
            Failed("") with
            {
                StandardError =
                    $"Traceback (most recent call last):\n  File \"solution.py\", line 9, in <module>\n    {test}\nAssertionError\n",
            };

        static async Task<int> IsNearAsync(MutationAuthor author, int variant)
        {
            IReadOnlyList<Block> blocks = (await author.ComposeAsync(Sum, variant)).Conversation!.Messages[1].Content;
            bool passes = blocks[2].Content.Contains("total([4])", StringComparison.Ordinal);
            Assert.True(passes || !blocks[3].Content.Contains("The first test passes", StringComparison.Ordinal));
            return passes ? 1 : 0;
        }
    }

    [Fact]
    public async Task WriteAsync_TaskThatCantBeBroken_HasAReason()
    {
        MutationAuthor author = new(new ScriptedSandbox(Failing));
        Assert.Equal("NoSolution", await ReasonAsync(Sum with { Solution = null }));
        Assert.Equal("NoTests", await ReasonAsync(Sum with { Asserts = [] }));
        Assert.Equal("OtherLanguage", await ReasonAsync(Sum with { Language = "rust" }));
        Assert.Equal("SolutionUnreadable", await ReasonAsync(Sum with { Solution = "# nothing" }));
        Assert.Null(author.WriteGeneration(Sum with { Solution = null }));
        Assert.Null(author.WriteGeneration(Sum with { Language = "cobol" }));

        Assert.NotNull((await author.WriteAsync(Sum with { Solution = "# nothing" }, 0)).Detail);
        MutationAuthor failing = new(new ScriptedSandbox(_ => Failed("NameError: name 'x' is not defined")));
        ReflectionDraft draft = await failing.WriteAsync(Sum, 0);
        Assert.Equal("SolutionFailed", draft.Reason);
        Assert.EndsWith("NameError: name 'x' is not defined", draft.Detail, StringComparison.Ordinal);

        async Task<string?> ReasonAsync(ProgrammingTask task) => (await author.WriteAsync(task, 0)).Reason;
    }

    [Fact]
    public async Task WriteAsync_SandboxFails_MayEndOtherwise()
    {
        int run = 0;
        ScriptedSandbox sandbox = new(source =>
            run++ == 0 ? new SandboxResult(SandboxOutcome.SandboxFailure, -1, "", "", false, TimeSpan.Zero) : Failing(source)
        );
        MutationAuthor author = new(sandbox);
        ReflectionDraft failed = await author.WriteAsync(Sum, 0);
        Assert.Equal(("NotRun", true), (failed.Reason, failed.IsTransient));
        Assert.NotNull((await author.WriteAsync(Sum, 0)).Conversation);
    }

    [Fact]
    public async Task WriteAsync_SameTaskAgain_RunsNothingTwice()
    {
        ScriptedSandbox sandbox = new(Failing);
        MutationAuthor author = new(sandbox, new MutationAuthorOptions { Runs = 1 });
        string first = Show((await author.WriteAsync(Sum, 0)).Conversation!);
        int runs = sandbox.Sources.Count;
        Assert.Equal(first, Show((await author.WriteAsync(Sum, 0)).Conversation!));
        Assert.Equal(runs, sandbox.Sources.Count);
    }

    [Fact]
    public void Identity_Options_AreInIt()
    {
        ScriptedSandbox sandbox = new(Failing);
        string[] identities =
        [
            .. new MutationAuthorOptions[]
            {
                new(),
                new() { Seed = 1 },
                new() { MaxAttempts = 2 },
                new() { SingleAttemptShare = 0 },
                new() { MistakeWeights = [1] },
                new() { NearMissShare = 0 },
                new() { MaxTrials = 1 },
                new() { MaxExecutionBytes = 1 },
                new() { MaxSequenceTokens = 1 },
                new() { Runs = 1 },
                new() { Limits = new SandboxLimits() },
                new() { Languages = [] },
            }.Select(options => new MutationAuthor(sandbox, options).Identity),
        ];
        Assert.Equal(identities.Length, identities.Distinct().Count());
        Assert.Equal(identities[0], new MutationAuthor(sandbox).Identity);
    }

    [Fact]
    public async Task ComposeAsync_SingleAttempt_HasNoMistake()
    {
        MutationAuthor author = new(new ScriptedSandbox(Failing), new MutationAuthorOptions { SingleAttemptShare = 1 });
        MutationDraft draft = await author.ComposeAsync(Sum, 0);
        Assert.Empty(draft.Mutations);
        Assert.Equal(3, draft.Conversation!.Messages[1].Content.Count);
    }

    [Fact]
    public async Task ComposeAsync_SolutionFails_WritesNothing()
    {
        MutationAuthor author = new(new ScriptedSandbox(_ => Failed("AssertionError")));
        MutationDraft draft = await author.ComposeAsync(Sum, 0);
        Assert.Null(draft.Conversation);
        Assert.Equal(1, draft.Rejections[MutationRejection.SolutionFailed]);
        Assert.Null((await author.WriteAsync(Sum, 0)).Conversation);
    }

    public static TheoryData<SandboxOutcome, string, string> Unusable { get; } =
        new()
        {
            { SandboxOutcome.Passed, "", nameof(MutationRejection.TestsPassed) },
            { SandboxOutcome.CpuTimeExceeded, "", nameof(MutationRejection.TimedOut) },
            { SandboxOutcome.WallTimeExceeded, "", nameof(MutationRejection.TimedOut) },
            { SandboxOutcome.OutOfMemory, "MemoryError", nameof(MutationRejection.LimitExceeded) },
            { SandboxOutcome.OutputLimitExceeded, "", nameof(MutationRejection.LimitExceeded) },
            { SandboxOutcome.Failed, "no traceback at all", nameof(MutationRejection.NoTraceback) },
            { SandboxOutcome.Failed, "TypeError: <function f at 0x7f12ab34cd56>", nameof(MutationRejection.NotRepeatable) },
            { SandboxOutcome.Failed, new string('x', 5000) + "\nTypeError", nameof(MutationRejection.OutputTooLong) },
        };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task WriteAsync_UnusableMutants_AreCountedByReason(SandboxOutcome outcome, string error, string reason)
    {
        MutationAuthor author = new(
            new ScriptedSandbox(source => IsGood(source) ? Passed() : new SandboxResult(outcome, 1, "", error, false, TimeSpan.Zero)),
            new MutationAuthorOptions { MaxTrials = 7, SingleAttemptShare = 0 }
        );
        ReflectionDraft draft = await author.WriteAsync(Sum, 0);
        Assert.Null(draft.Conversation);
        Assert.Equal(7, draft.Rejections[reason]);
    }

    [Fact]
    public async Task ComposeAsync_OutputDiffersBetweenRuns_IsNotUsed()
    {
        int run = 0;
        MutationAuthor author = new(
            new ScriptedSandbox(source => IsGood(source) ? Passed() : Failed($"KeyError: {run++}")),
            new MutationAuthorOptions { MaxTrials = 3, SingleAttemptShare = 0 }
        );
        Assert.Equal(3, (await author.ComposeAsync(Sum, 0)).Rejections[MutationRejection.NotRepeatable]);
    }

    [Fact]
    public async Task ComposeAsync_TooLongSequence_IsNotWritten()
    {
        MutationAuthor author = new(new ScriptedSandbox(Failing), new MutationAuthorOptions { MaxSequenceTokens = 500 });
        MutationDraft draft = await author.ComposeAsync(Sum, 0);
        Assert.Null(draft.Conversation);
        Assert.Equal(1, draft.Rejections[MutationRejection.SequenceTooLong]);
    }

    [Fact]
    public async Task WriteAsync_SameSeedAndVariant_GivesTheSame()
    {
        MutationAuthor one = new(new ScriptedSandbox(Failing));
        MutationAuthor other = new(new ScriptedSandbox(Failing));
        MutationAuthor reseeded = new(new ScriptedSandbox(Failing), new MutationAuthorOptions { Seed = 8 });
        List<string> texts = [];
        for (int variant = 19; variant >= 0; variant--)
        {
            string text = Show((await one.WriteAsync(Sum, variant)).Conversation!);
            Assert.Equal(text, Show((await other.WriteAsync(Sum, variant)).Conversation!));
            Assert.NotEqual(text, Show((await reseeded.WriteAsync(Sum, variant)).Conversation!));
            texts.Add(text);
        }

        Assert.True(texts.Distinct().Count() > 17, "Variants must differ.");
        Assert.Equal(Show(one.WriteGeneration(Sum)!), Show(other.WriteGeneration(Sum)!));
    }

    [Fact]
    public async Task WriteAsync_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        MutationAuthor author = new(new ScriptedSandbox(Failing));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => author.WriteAsync(Sum, 0, source.Token));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(6, 0.5)]
    [InlineData(3, 1.5)]
    [InlineData(3, double.NaN)]
    public void Constructor_OptionOutOfRange_Throws(int attempts, double share) =>
        Assert.Throws<InvalidOptionsException>(() =>
            new MutationAuthor(
                new ScriptedSandbox(Failing),
                new MutationAuthorOptions { MaxAttempts = attempts, SingleAttemptShare = share }
            )
        );

    [Fact]
    public async Task ComposeAsync_RealSandbox_ShowsWhatPythonPrinted()
    {
        fixture.SkipIfUnavailable();
        MutationAuthor author = new(
            fixture.Sandbox,
            new MutationAuthorOptions
            {
                Seed = 99,
                SingleAttemptShare = 0,
                MistakeWeights = [1, 1],
            }
        );
        for (int variant = 0; variant < 6; variant++)
        {
            Conversation conversation = (await author.WriteAsync(Sum, variant)).Conversation!;
            IReadOnlyList<Block> blocks = conversation.Messages[1].Content;
            for (int i = 0; i < blocks.Count; i += 3)
            {
                SandboxResult result = await fixture.RunAsync(blocks[i + 1].Content);
                Assert.Equal(blocks[i + 2].Content, result.StandardOutput + result.StandardError);
                Assert.Equal(i + 3 == blocks.Count ? SandboxOutcome.Passed : SandboxOutcome.Failed, result.Outcome);
            }
        }
    }

    [Fact]
    public async Task ComposeAsync_RealSandboxEndlessRecursion_KeepsTheTracebackShort()
    {
        fixture.SkipIfUnavailable();
        ProgrammingTask task = Sum with
        {
            TaskId = "test/down",
            EntryPoint = "down",
            Solution = "def down(n):\n    if n == 0:\n        return 0\n    return down(n - 1)",
            Asserts = ["assert down(1) == 0", "assert down(2) == 0", "assert down(3) == 0"],
        };
        IMutationOperator[] operators = [.. MutationOperators.All.Where(one => one.Name == "missing-base-case")];
        MutationAuthor author = new(
            fixture.Sandbox,
            new MutationAuthorOptions
            {
                SingleAttemptShare = 0,
                MistakeWeights = [1],
                Languages = [new PythonMutations(operators)],
            }
        );
        Conversation conversation = (await author.WriteAsync(task, 0)).Conversation!;
        Assert.Contains("RecursionError", conversation.Messages[1].Content[2].Content, StringComparison.Ordinal);
        Assert.Contains("base case `if n == 0:`", conversation.Messages[1].Content[3].Content, StringComparison.Ordinal);
    }

    private static string Show(Conversation conversation) =>
        string.Join(
            '\n',
            conversation.Messages.SelectMany(message => message.Content.Select(block => $"{message.Role} {block.Type} {block.Content}"))
        );

    private static bool IsGood(string source) => source.StartsWith(Sum.Solution!, StringComparison.Ordinal);

    private static SandboxResult Failing(string source) => IsGood(source) ? Passed() : Failed("NameError: name 'oops' is not defined");
}
