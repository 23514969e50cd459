using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>
/// Helps to write an <see cref="IReflectionAuthor"/>: runs programs with a task's tests, turns each run into blocks, and checks sequences.
/// </summary>
/// <remarks>Thread-safe. The sandbox belongs to the caller, who disposes it.</remarks>
public sealed class TaskRunner
{
    private readonly ICodeSandbox sandbox;
    private readonly ProgrammingTask task;

    /// <summary>Creates a runner for one task.</summary>
    /// <param name="sandbox">Runs the programs.</param>
    /// <param name="task">The task. Its asserts are the tests.</param>
    public TaskRunner(ICodeSandbox sandbox, ProgrammingTask task)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(task);
        this.sandbox = sandbox;
        this.task = task;
    }

    /// <summary>
    /// For how many of the tests the program first prints the value of the tested call; at least 0. The default value is 0. Nothing is
    /// printed where tests are source text, as in C++, or a test is no simple comparison.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
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
    /// Whether the program prints a line when all tests have passed. If no call is shown it always does, because the execution block would
    /// be empty otherwise. The default value is true. Where tests are source text, as in C++, they print what they like instead.
    /// </summary>
    public bool AnnouncesSuccess { get; init; } = true;

    /// <summary>
    /// Limits of each run. The default value allows 5 s of wall-clock time and 2 s of processor time; the rest is that of
    /// <see cref="SandboxLimits"/>.
    /// </summary>
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

    /// <summary>Runs a program, and then the tests.</summary>
    /// <param name="program">Source in the task's language that should solve the task.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>The run. If the program fails, the run says so; no exception is thrown.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SandboxUnavailableException">The sandbox can't run programs.</exception>
    public async Task<TaskExecution> RunAsync(string program, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(program);
        TestProgram tests = new(task.Language, task.Asserts, ShownCalls, AnnouncesSuccess);
        SandboxProgram source = new(tests.Source(program), task.Language);
        SandboxResult result = await sandbox.ExecuteAsync(source, Limits, cancellationToken).ConfigureAwait(false);
        return new TaskExecution(tests, source.Source, result);
    }

    /// <summary>
    /// Checks that a conversation is a reflection sample for the task. It must have four messages, from user and assistant in turn. The
    /// second one holds the attempts: code blocks, each followed by an execution block. The last one holds code that passes the tests.
    /// </summary>
    /// <param name="conversation">The conversation to check.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>What is wrong, in one sentence each; empty if all is right. The code is run only if the form is right.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="SandboxUnavailableException">The sandbox can't run programs.</exception>
    public async Task<IReadOnlyList<string>> FindFaultsAsync(Conversation conversation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        IReadOnlyList<string> faults = ReflectionForm.FindFaults(conversation);
        if (faults.Count > 0)
        {
            return faults;
        }

        TaskExecution execution = await RunAsync(ReflectionForm.FinalCode(conversation)!, cancellationToken).ConfigureAwait(false);
        return execution.Passed ? [] : [$"The final code does not pass the tests of '{task.TaskId}': {execution.Ending}."];
    }
}
