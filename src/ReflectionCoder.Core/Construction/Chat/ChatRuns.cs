using System.Text;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Chat;

/// <summary>Runs the programs of a chat author. A run that says nothing about its program ends the sequence.</summary>
internal sealed class ChatRuns(ICodeSandbox sandbox, ChatAuthorOptions options, CancellationToken cancellationToken)
{
    /// <summary>Runs a solution with the task's tests.</summary>
    /// <exception cref="ChatRejectedException">The program couldn't be run.</exception>
    public async Task<TaskExecution> RunAsync(ProgrammingTask task, string solution)
    {
        TaskRunner runner = new(sandbox, task) { Limits = options.Limits };
        TaskExecution execution = await runner.RunAsync(solution, cancellationToken).ConfigureAwait(false);
        return NotRun.Is(execution.Result.Outcome)
            ? throw new ChatRejectedException(ChatRejection.NotRun, $"The program could not be run: {Ending(execution)}")
            {
                IsTransient = true,
                Written = execution.Blocks,
            }
            : execution;
    }

    /// <summary>Checks that a run can be an execution block that says the same each time.</summary>
    /// <exception cref="ChatRejectedException">It can't.</exception>
    public void RequireUsable(TaskExecution execution)
    {
        SandboxOutcome outcome = execution.Result.Outcome;
        int bytes = Encoding.UTF8.GetByteCount(execution.Output);
        (ChatRejection Reason, string Detail)? fault =
            outcome is not (SandboxOutcome.Passed or SandboxOutcome.Failed or SandboxOutcome.CompileError or SandboxOutcome.Crashed)
                ? (ChatRejection.LimitReached, $"A program reached a limit: {outcome}.")
            : execution.Result.OutputTruncated ? (ChatRejection.OutputTruncated, "A program printed more than the sandbox keeps.")
            : bytes > options.MaxExecutionBytes
                ? (ChatRejection.OutputTooLong, $"A program printed {bytes} bytes; {options.MaxExecutionBytes} are allowed.")
            : execution.ShowsAddress ? (ChatRejection.OutputShowsAddress, "A program printed a memory address.")
            : null;
        if (fault is { } bad)
        {
            throw new ChatRejectedException(bad.Reason, bad.Detail);
        }
    }

    /// <summary>What the author's model gets to see of a run.</summary>
    public static string Output(TaskExecution execution) =>
        string.IsNullOrWhiteSpace(execution.Output) ? $"(nothing; it ended as {execution.Result.Outcome})" : execution.Output.TrimEnd();

    /// <summary>How a run ended, in a short line.</summary>
    public static string Ending(TaskExecution execution) => ChatRejectedException.Excerpt(execution.Ending);
}
