using System.Collections.Concurrent;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Languages;

/// <summary>Whole sequences, from real runs.</summary>
public sealed class MutationSequenceTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly ProgrammingTask JavaScript = new()
    {
        TaskId = "test/evens",
        Language = "javascript",
        Instruction = "Write a JavaScript function `evens(items)` that returns how often an even number stands in `items`.",
        EntryPoint = "evens",
        Solution = """
            function evens(items) {
              let count = 0;
              for (const item of items) {
                if (item % 2 === 0) {
                  count += 1;
                }
              }
              return count;
            }
            """,
        Asserts = ["assert.strictEqual(evens([1, 2, 4]), 2);", "assert.strictEqual(evens([3]), 0);", "assert.strictEqual(evens([]), 0);"],
    };

    private static readonly ProgrammingTask CSharp = new()
    {
        TaskId = "test/Evens",
        Language = "csharp",
        Instruction = "Write a C# function `static int Evens(int[] items)` that returns how often an even number stands in `items`.",
        EntryPoint = "Evens",
        Solution = """
            static int Evens(int[] items)
            {
                int count = 0;
                foreach (int item in items)
                {
                    if (item % 2 == 0)
                    {
                        count++;
                    }
                }

                return count;
            }
            """,
        Asserts = ["Debug.Assert(Evens([1, 2, 4]) == 2);", "Debug.Assert(Evens([3]) == 0);", "Debug.Assert(Evens([]) == 0);"],
    };

    private readonly BubblewrapSandbox sandbox = fixture.Sandbox;

    [Fact]
    public async Task WriteAsync_JavaScript_ShowsWhatRunsPrint()
    {
        await SkipWithoutAsync("javascript");
        MutationAuthorOptions options = new() { SingleAttemptShare = 0, Languages = [ProgrammingLanguages.JavaScript] };
        await CheckAsync(JavaScript, new MutationAuthor(sandbox, options), new MutationAuthor(sandbox, options), variants: 6);
    }

    [Fact]
    public async Task WriteAsync_CSharp_CompilesEachProgramOnceAndShowsWhatRunsPrint()
    {
        await SkipWithoutAsync("csharp");
        CountingSandbox counting = new(sandbox);
        MutationAuthorOptions options = new()
        {
            SingleAttemptShare = 0,
            MaxTrials = 6,
            Runs = 3,
            MistakeWeights = [1],
            Languages = [ProgrammingLanguages.CSharp],
        };
        await CheckAsync(CSharp, new MutationAuthor(counting, options), new MutationAuthor(counting, options), variants: 1);
        Assert.NotEmpty(counting.Compiled);
        Assert.All(counting.Compiled.Values, times => Assert.True(times is 1 or 2, "once by each of two authors"));
        Assert.Contains(counting.Runs.Values, runs => runs == 3 * 2);
    }

    [Fact]
    public async Task WriteTrace_CSharp_PrintsTheValueInTheNotationOfTheLanguage()
    {
        await SkipWithoutAsync("csharp");
        const string Program = "static (int, string[], double?) F(int n)\n{\n    return (n, [\"a\\\"b\", null!], n / 4.0);\n}";
        TraceRequest request = new(Program, ["Debug.Assert(F(0).Item1 == 0);"], "F(1)", "(2, [], 1)", 0, null);
        SandboxResult result = await sandbox.ExecuteAsync(
            new SandboxProgram(ProgrammingLanguages.CSharp.WriteTrace(request)!, "csharp"),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(SandboxOutcome.Passed, result.Outcome);
        Assert.Equal("(1, [\"a\\\"b\", null], 0.25)", ProgrammingLanguages.CSharp.ReadTrace(result.StandardOutput)!.Actual);
        Assert.Null(ProgrammingLanguages.CSharp.ReadTrace("trace: \n"));
        Assert.Null(ProgrammingLanguages.CSharp.ReadTrace($"trace: \"{new string('x', 100)}\"\n"));
        Assert.Null(ProgrammingLanguages.CSharp.ReadTrace("other\n"));
    }

    /// <summary>
    /// Every block is what a new run of its program prints, the answer passes, and another author with the seed writes the same.
    /// </summary>
    private async Task CheckAsync(ProgrammingTask task, MutationAuthor author, MutationAuthor other, int variants)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        for (int variant = 0; variant < variants; variant++)
        {
            ReflectionDraft draft = await author.WriteAsync(task, variant, cancellation);
            Conversation conversation = draft.Conversation!;
            Assert.Empty(await new TaskRunner(sandbox, task).FindFaultsAsync(conversation, cancellation));
            IReadOnlyList<Block> blocks = conversation.Messages[1].Content;
            Assert.True(blocks.Count >= 6, "a mistake is corrected");
            foreach (
                (Block code, Block execution) in blocks
                    .Where(block => block.Type != BlockType.Text)
                    .Chunk(2)
                    .Select(two => (two[0], two[1]))
            )
            {
                SandboxResult again = await sandbox.ExecuteAsync(new SandboxProgram(code.Content, task.Language), null, cancellation);
                Assert.Equal(again.StandardOutput + again.StandardError, execution.Content);
                Assert.Equal(again.Outcome == SandboxOutcome.Passed, execution == blocks[^1]);
            }

            ReflectionDraft twin = await other.WriteAsync(task, variant, cancellation);
            Assert.Equal(Texts(conversation), Texts(twin.Conversation!));
        }

        static IEnumerable<string> Texts(Conversation conversation) =>
            conversation.Messages.SelectMany(message => message.Content).Select(block => block.Content);
    }

    private async Task SkipWithoutAsync(string language)
    {
        SandboxResult result = await fixture.RunAsync(new SandboxProgram("", language));
        Assert.SkipWhen(result.Outcome == SandboxOutcome.ToolchainMissing, result.Message ?? "");
    }

    /// <summary>Counts the compilations and runs of each program.</summary>
    private sealed class CountingSandbox(ICodeSandbox inner) : ICodeSandbox
    {
        public ConcurrentDictionary<string, int> Compiled { get; } = new();

        public ConcurrentDictionary<string, int> Runs { get; } = new();

        // A trace is run once, for itself.
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => inner.ExecuteAsync(program, limits, cancellationToken);

        public async Task<IPreparedProgram> PrepareAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        )
        {
            Compiled.AddOrUpdate(program.Source, 1, (_, times) => times + 1);
            return new CountingProgram(
                await inner.PrepareAsync(program, limits, cancellationToken),
                () => Runs.AddOrUpdate(program.Source, 1, (_, times) => times + 1)
            );
        }
    }

    private sealed class CountingProgram(IPreparedProgram inner, Action count) : IPreparedProgram
    {
        public SandboxResult? Failure => inner.Failure;

        public Task<SandboxResult> RunAsync(
            string? standardInput = null,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        )
        {
            count();
            return inner.RunAsync(standardInput, limits, cancellationToken);
        }

        public void Dispose() => inner.Dispose();
    }
}
