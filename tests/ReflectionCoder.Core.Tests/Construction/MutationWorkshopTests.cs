using ReflectionCoder.Construction;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Construction;

/// <summary>Sequences of a task that are written at once share its runs.</summary>
public sealed class MutationWorkshopTests
{
    private static readonly ProgrammingTask Sum = new()
    {
        TaskId = "test/total",
        Instruction = "Write a Python function `total(numbers)` that adds up the numbers.",
        EntryPoint = "total",
        Solution = "def total(numbers):\n    return sum(numbers)",
        Asserts = ["assert total([1, 2]) == 3"],
    };

    [Fact]
    public async Task WriteAsync_SequenceThatBeganARunIsStopped_TheOtherOneRunsItAnew()
    {
        using CancellationTokenSource stopped = new();
        TaskCompletionSource begun = new();
        WaitingSandbox sandbox = new(new ScriptedSandbox(_ => ScriptedSandbox.Passed()), begun);
        MutationAuthor author = new(sandbox, new MutationAuthorOptions { SingleAttemptShare = 1 });
        Task<ReflectionDraft> first = author.WriteAsync(Sum, 0, stopped.Token);
        await begun.Task;
        Task<ReflectionDraft> second = author.WriteAsync(Sum, 0, TestContext.Current.CancellationToken);
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.NotNull((await second).Conversation);
    }

    /// <summary>Its first run ends only when it is stopped.</summary>
    private sealed class WaitingSandbox(ICodeSandbox inner, TaskCompletionSource begun) : ICodeSandbox
    {
        private int runs;

        public async Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        )
        {
            if (Interlocked.Increment(ref runs) == 1)
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await inner.ExecuteAsync(program, limits, cancellationToken);
        }
    }
}
