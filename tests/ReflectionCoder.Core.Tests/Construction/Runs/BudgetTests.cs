using System.Text.Json;
using Microsoft.Extensions.AI;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Runs;

namespace ReflectionCoder.Tests.Construction.Runs;

/// <summary>A run that reaches its budget ends with all that was paid for, and a later one goes on from there.</summary>
public sealed class BudgetTests : IDisposable
{
    private const int Tasks = 20;
    private const int CallTokens = 150; // of the endpoint's answers
    private readonly TemporaryFolder folder = new();
    private int asked;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_Budget_EndsTheRunAndLosesNoAnswer(bool inTokens)
    {
        const int Affordable = 7;
        AuthorChatOptions options = new() { InputPrice = 1_000_000, OutputPrice = 1_000_000 };
        AuthorChatOptions limited = inTokens
            ? options with
            {
                MaxTotalTokens = Affordable * CallTokens,
            }
            : options with
            {
                MaxCost = Affordable * CallTokens,
            };

        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => RunAsync(limited));

        Assert.True(exception.IsFatal);
        Assert.Contains(inTokens ? "MaxTotalTokens" : "MaxCost", exception.Message, StringComparison.Ordinal);
        Assert.Equal(Affordable, asked);
        Assert.Equal((false, Affordable), Manifest());

        await Assert.ThrowsAsync<AuthorCallException>(() => RunAsync(limited));
        Assert.Equal(Affordable, asked);

        ConstructionSummary summary = await RunAsync(options);
        Assert.Equal((Tasks, Tasks), (asked, summary.Statistics.Count));
        Assert.Equal(Tasks * CallTokens, summary.Usage!.Cost);
    }

    private (bool IsComplete, int Calls) Manifest()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(folder.File("manifest.json")));
        JsonElement root = manifest.RootElement;
        return (root.GetProperty("is_complete").GetBoolean(), root.GetProperty("usage").GetProperty("calls").GetInt32());
    }

    private async Task<ConstructionSummary> RunAsync(AuthorChatOptions options)
    {
        using RespondingChatClient model = new(AnswerAsync);
        using ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        using AuthorChatClient client = new(model, options, journal);
        ScriptedAuthor author = new(
            async (task, variant, token) =>
            {
                ChatOptions request = new() { MaxOutputTokens = 100 };
                await client.GetResponseAsync([new ChatMessage(ChatRole.User, $"{task.TaskId}{new string('x', 180)}")], request, token);
                return ScriptedAuthor.Draft(task, variant);
            }
        );
        IEnumerable<ProgrammingTask> tasks = Enumerable
            .Range(0, Tasks)
            .Select(i => new ProgrammingTask { TaskId = $"t{i}", Instruction = $"Write the function {i}." });
        ConstructionOptions run = new()
        {
            MaxConcurrency = 4,
            TaskDuplicates = null,
            CodeDuplicates = null,
            Usage = () => client.Usage,
        };
        return await new ConstructionPipeline(author, journal, run).RunAsync(
            tasks.ToAsyncEnumerable(),
            folder.Path,
            cancellationToken: TestContext.Current.CancellationToken
        );
    }

    /// <summary>Answers after a moment, so that several requests are under way.</summary>
    private async Task<ChatResponse> AnswerAsync()
    {
        Interlocked.Increment(ref asked);
        await Task.Delay(10);
        UsageDetails usage = new() { InputTokenCount = 50, OutputTokenCount = 100 };
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, "hello")) { Usage = usage };
    }
}
