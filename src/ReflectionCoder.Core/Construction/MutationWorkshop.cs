using System.Collections.Concurrent;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Construction;

/// <summary>
/// What all sequences of a task share: its parsed solution, the mistakes that can be made in it, and the runs that were made so far.
/// Thread-safe.
/// </summary>
internal sealed class MutationWorkshop(
    ICodeSandbox sandbox,
    MutationAuthorOptions options,
    ProgrammingTask task,
    MutationLanguage language,
    IMutableProgram source
)
{
    private readonly Lazy<IReadOnlyList<MutationPlaces>> places = new(source.FindMutations);

    // By the program that is run: sequences in different forms often run the same one.
    private readonly ConcurrentDictionary<string, Lazy<Task<SandboxResult>>> runs = new();
    private readonly ConcurrentDictionary<string, bool> repeats = new();
    private readonly ConcurrentDictionary<TraceKey, MutationTrace?> traces = new();

    public ProgrammingTask Task => task;

    public IMutableProgram Source => source;

    public IReadOnlyList<MutationPlaces> Places => places.Value;

    /// <summary>Whether each program that is tried has to be compiled, which takes far longer than its run.</summary>
    public bool IsCompiled { get; } = SandboxLanguages.All.Any(one => one.IsCalled(task.Language) && one.Compile is not null);

    /// <summary>Runs an attempt with tests, or gives the run that was made before or is under way for another sequence.</summary>
    public async Task<TaskExecution> RunAsync(TestProgram tests, string attempt, CancellationToken cancellationToken)
    {
        string text = tests.Source(attempt);
        while (true)
        {
            Lazy<Task<SandboxResult>> own = new(() => RunAsync(new SandboxProgram(text, task.Language), cancellationToken));
            Lazy<Task<SandboxResult>> run = runs.GetOrAdd(text, own);
            SandboxResult? result = null;
            try
            {
                result = await run.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
                return new TaskExecution(tests, text, result);
            }
            catch (OperationCanceledException) when (run != own && !cancellationToken.IsCancellationRequested)
            {
                // The sequence that had begun the run was stopped, and this one wasn't.
            }
            finally
            {
                // A failure of the sandbox says nothing about the program, and may be over the next time.
                if (result is null || NotRun.Is(result.Outcome))
                {
                    runs.TryRemove(new KeyValuePair<string, Lazy<Task<SandboxResult>>>(text, run));
                }
            }
        }
    }

    private Task<SandboxResult> RunAsync(SandboxProgram program, CancellationToken cancellationToken) =>
        IsCompiled ? RunCompiledAsync(program, cancellationToken) : sandbox.ExecuteAsync(program, options.Limits, cancellationToken);

    /// <summary>Whether a program prints the same in every further run that the options ask for.</summary>
    public async Task<bool> RepeatsAsync(TaskExecution execution, CancellationToken cancellationToken)
    {
        if (repeats.TryGetValue(execution.Program, out bool known))
        {
            return known;
        }

        SandboxProgram program = new(execution.Program, task.Language);
        return repeats[execution.Program] = await RepeatsAsync(
                execution.Result,
                () => sandbox.ExecuteAsync(program, options.Limits, cancellationToken)
            )
            .ConfigureAwait(false);
    }

    /// <summary>Runs a failing call once more and watches the line of the mistake; null if nothing could be seen.</summary>
    public async Task<MutationTrace?> TraceAsync(TraceRequest request, CancellationToken cancellationToken)
    {
        TraceKey key = new(request.Program, request.Call, request.Line, request.Probe, request.Before.Count);
        if (traces.TryGetValue(key, out MutationTrace? known))
        {
            return known;
        }

        MutationTrace? trace = null;
        if (language.WriteTrace(request) is { } text)
        {
            SandboxProgram program = new(text, task.Language);
            SandboxResult result = await sandbox.ExecuteAsync(program, options.Limits, cancellationToken).ConfigureAwait(false);
            trace = result.Outcome == SandboxOutcome.Passed ? language.ReadTrace(result.StandardOutput) : null;
        }

        traces[key] = trace;
        return trace;
    }

    /// <summary>
    /// Compiles a program once for all of its runs, which take far less time than the compiler. What the compiler says against a program
    /// isn't asked for again: unlike a run, it depends on the source alone.
    /// </summary>
    private async Task<SandboxResult> RunCompiledAsync(SandboxProgram program, CancellationToken cancellationToken)
    {
        using IPreparedProgram prepared = await sandbox.PrepareAsync(program, cancellationToken: cancellationToken).ConfigureAwait(false);
        SandboxResult result = prepared.Failure ?? await RunAsync().ConfigureAwait(false);
        if (result.Outcome != SandboxOutcome.Passed)
        {
            repeats[program.Source] = prepared.Failure is not null || await RepeatsAsync(result, RunAsync).ConfigureAwait(false);
        }

        return result;

        Task<SandboxResult> RunAsync() => prepared.RunAsync(limits: options.Limits, cancellationToken: cancellationToken);
    }

    private async Task<bool> RepeatsAsync(SandboxResult first, Func<Task<SandboxResult>> runAsync)
    {
        for (int run = 1; run < options.Runs; run++)
        {
            SandboxResult again = await runAsync().ConfigureAwait(false);
            if (again.StandardOutput != first.StandardOutput || again.StandardError != first.StandardError)
            {
                return false;
            }
        }

        return true;
    }

    private sealed record TraceKey(string Program, string Call, int Line, MutationProbe? Probe, int Before);
}
