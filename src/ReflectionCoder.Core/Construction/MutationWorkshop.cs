using System.Collections.Concurrent;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;

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
    private readonly ConcurrentDictionary<(int Shown, bool Announces, string Attempt), TaskExecution> runs = new();
    private readonly ConcurrentDictionary<string, bool> repeats = new();
    private readonly ConcurrentDictionary<TraceKey, MutationTrace?> traces = new();

    public ProgrammingTask Task => task;

    public IMutableProgram Source => source;

    public IReadOnlyList<MutationPlaces> Places => places.Value;

    /// <summary>Runs an attempt with the tests, or gives the run that was made before.</summary>
    public async Task<TaskExecution> RunAsync(string attempt, int shownCalls, bool announces, CancellationToken cancellationToken)
    {
        if (runs.TryGetValue((shownCalls, announces, attempt), out TaskExecution? known))
        {
            return known;
        }

        TaskExecution execution = await Runner(shownCalls, announces).RunAsync(attempt, cancellationToken).ConfigureAwait(false);

        // A failure of the sandbox says nothing about the program, and may be over the next time.
        return execution.Result.Outcome is SandboxOutcome.SandboxFailure or SandboxOutcome.ToolchainMissing
            ? execution
            : runs.GetOrAdd((shownCalls, announces, attempt), execution);
    }

    /// <summary>Whether a program prints the same in every further run that the options ask for.</summary>
    public async Task<bool> RepeatsAsync(TaskExecution execution, CancellationToken cancellationToken)
    {
        if (repeats.TryGetValue(execution.Program, out bool known))
        {
            return known;
        }

        bool same = true;
        SandboxProgram program = new(execution.Program, task.Language);
        for (int run = 1; run < options.Runs && same; run++)
        {
            SandboxResult again = await sandbox.ExecuteAsync(program, options.Limits, cancellationToken).ConfigureAwait(false);
            same = again.StandardOutput == execution.Result.StandardOutput && again.StandardError == execution.Result.StandardError;
        }

        repeats[execution.Program] = same;
        return same;
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

    private TaskRunner Runner(int shownCalls, bool announces) =>
        new(sandbox, task)
        {
            ShownCalls = shownCalls,
            AnnouncesSuccess = announces,
            Limits = options.Limits,
        };

    private sealed record TraceKey(string Program, string Call, int Line, MutationProbe? Probe, int Before);
}
