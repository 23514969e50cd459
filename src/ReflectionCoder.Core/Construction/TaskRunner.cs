using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>Runs programs with a task's tests, gives each run as blocks of a reflection sequence, and checks a whole one.</summary>
/// <remarks>Thread-safe. The sandbox stays with whoever made it.</remarks>
public sealed class TaskRunner
{
    private readonly ICodeSandbox sandbox;
    private readonly ProgrammingTask task;

    /// <summary>Creates a runner for one task.</summary>
    /// <param name="sandbox">Runs the programs.</param>
    /// <param name="task">The task, whose asserts are the tests.</param>
    public TaskRunner(ICodeSandbox sandbox, ProgrammingTask task)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(task);
        this.sandbox = sandbox;
        this.task = task;
    }

    /// <summary>How many of the calls that the asserts test are printed before the tests, at least 0. The default value is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int ShownCalls
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>
    /// Whether a program whose tests pass prints that they do. The default value is true; where no call is shown it always does, or an
    /// execution block would be empty.
    /// </summary>
    public bool AnnouncesSuccess { get; init; } = true;

    /// <summary>Limits of each run. The default value allows 5 s of wall-clock time and 2 s of processor time.</summary>
    /// <exception cref="InvalidOptionsException">Limits are out of range; all of them are listed.</exception>
    public SandboxLimits Limits
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            field = value;
        }
    } = new() { WallTime = TimeSpan.FromSeconds(5), CpuTime = TimeSpan.FromSeconds(2) };

    /// <summary>Runs a program with the tests behind it.</summary>
    /// <param name="program">Python source that answers the task.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>How it went; a program's failure is no exception.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="SandboxUnavailableException">Programs can't be run.</exception>
    public async Task<TaskExecution> RunAsync(string program, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(program);
        TestProgram tests = new(task.Asserts, ShownCalls, AnnouncesSuccess);
        SandboxProgram source = new(tests.Source(program));
        SandboxResult result = await sandbox.ExecuteAsync(source, Limits, cancellationToken).ConfigureAwait(false);
        return new TaskExecution(tests, source.Source, result);
    }

    /// <summary>
    /// Checks that a conversation is a reflection sequence of the task: four messages, user and assistant in turn; attempts in the second,
    /// each a code block with an execution block behind it; a final answer with code; and that this code passes the tests.
    /// </summary>
    /// <param name="conversation">What an author wrote.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>What is wrong, a sentence each; empty where nothing is. The code is run where the form is right.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="SandboxUnavailableException">Programs can't be run.</exception>
    public async Task<IReadOnlyList<string>> FindFaultsAsync(Conversation conversation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        IReadOnlyList<string> faults = ReflectionForm.FindFaults(conversation);
        if (faults.Count > 0)
        {
            return faults;
        }

        TaskExecution execution = await RunAsync(ReflectionForm.FinalCode(conversation)!, cancellationToken).ConfigureAwait(false);
        string ending = execution.Error?.Headline ?? execution.Result.Outcome.ToString();
        return execution.Passed ? [] : [$"The final code does not pass the tests of '{task.TaskId}': {ending}."];
    }
}
