using System.Runtime.CompilerServices;

namespace ReflectionCoder.Construction.Runs;

/// <summary>The tasks of a run in the order of the input, and how each ended.</summary>
internal sealed class RunState(ConstructionOptions options, ProgressMeter meter, GenerationFile? generation)
{
    private readonly List<TaskResult?> results = [];
    private readonly Lock gate = new();

    /// <summary>The finished tasks, in the order of the input. Read it when nobody works any more.</summary>
    public IEnumerable<TaskResult> Finished => results.OfType<TaskResult>();

    /// <summary>Lets the tasks through that the filters let pass; the others are finished by that.</summary>
    public async IAsyncEnumerable<(int Index, ProgrammingTask Task)> AdmitAsync(
        IAsyncEnumerable<ProgrammingTask> tasks,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        IReadOnlyList<ITaskFilter> filters = TaskFilters.For(options);
        await foreach (ProgrammingTask task in tasks.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            int index = Begin();
            Rejection? rejection = filters.Select(filter => filter.Check(task)).FirstOrDefault(found => found is not null);
            if (rejection is null)
            {
                generation?.Add(task, index);
                yield return (index, task);
            }
            else
            {
                Finish(index, TaskResult.Of(task) with { Rejection = rejection }, isNew: false);
            }
        }
    }

    public void Finish(int index, TaskResult result, bool isNew)
    {
        lock (gate)
        {
            results[index] = result with { Index = index };
        }

        meter.CountDone(result, isNew);
    }

    private int Begin()
    {
        meter.CountRead();
        lock (gate)
        {
            results.Add(null);
            return results.Count - 1;
        }
    }
}
