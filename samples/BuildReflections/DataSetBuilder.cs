using ReflectionCoder.Construction;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples;

/// <summary>Has an author write for all tasks. How many are done at once changes nothing in the result.</summary>
internal sealed class DataSetBuilder
{
    /// <summary>Variants tried for each sequence asked for.</summary>
    private const int TrialsPerSequence = 8;

    /// <summary>Of these, as many are used only if they bring a new kind of mistake.</summary>
    private const int TrialsForNewMistakes = 4;

    /// <summary>Writes the reflection sequences.</summary>
    public required IReflectionAuthor Author { get; init; }

    /// <summary>Writes the plain sample of a task.</summary>
    public required Func<ProgrammingTask, Conversation> WriteGeneration { get; init; }

    /// <summary>Version of the Python that runs the programs, for the manifest.</summary>
    public required string Python { get; init; }

    public required int PerTask { get; init; }

    public required int HeldOutPerTask { get; init; }

    public required long Seed { get; init; }

    public required int Jobs { get; init; }

    /// <summary>Builds the data set; nothing is written.</summary>
    public async Task<DataSet> BuildAsync(
        IReadOnlyList<ProgrammingTask> tasks,
        IProgress<int> progress,
        CancellationToken cancellationToken
    )
    {
        TaskSequences[] written = new TaskSequences[tasks.Count];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Jobs, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, tasks.Count),
            parallel,
            async (i, token) =>
            {
                written[i] = await WriteAsync(tasks[i], token);
                progress.Report(1);
            }
        );

        return Collect(written);
    }

    private async Task<TaskSequences> WriteAsync(ProgrammingTask task, CancellationToken cancellationToken)
    {
        int wanted = task.Split == "train" ? PerTask : HeldOutPerTask;
        List<ReflectionDraft> drafts = [];
        SortedDictionary<string, int> rejections = [];
        HashSet<string> known = [];
        HashSet<string> mistakes = [];
        int repeats = 0;
        for (int variant = 0; drafts.Count < wanted && variant < wanted * TrialsPerSequence; variant++)
        {
            ReflectionDraft draft = await Author.WriteAsync(task, variant, cancellationToken);
            foreach ((string reason, int count) in draft.Rejections)
            {
                rejections[reason] = rejections.GetValueOrDefault(reason) + count;
            }

            if (draft.Conversation is not { } conversation)
            {
                continue;
            }

            // As long as there is hope, a sequence must bring a kind of mistake that the task has not had.
            bool isNew = draft.Mistakes.Count == 0 || draft.Mistakes.Any(mistake => !mistakes.Contains(mistake));
            if ((isNew || variant >= wanted * TrialsForNewMistakes) && known.Add(draft.Key ?? Programs(conversation)))
            {
                drafts.Add(draft);
                mistakes.UnionWith(draft.Mistakes);
            }
            else
            {
                repeats++;
            }
        }

        return new TaskSequences(task, drafts, rejections, repeats);
    }

    /// <summary>What tells two sequences of a task apart where their author doesn't.</summary>
    private static string Programs(Conversation conversation) =>
        string.Join('\0', conversation.Messages[1].Content.Where(block => block.Type == BlockType.Code).Select(block => block.Content));

    private DataSet Collect(TaskSequences[] written)
    {
        List<Conversation> train = Sequences(written.Where(one => !one.IsHeldOut));
        List<Conversation> heldOut = Sequences(written.Where(one => one.IsHeldOut));
        List<Conversation> generation = [.. written.Where(one => !one.IsHeldOut).Select(one => WriteGeneration(one.Task))];
        return new DataSet
        {
            Manifest = new BuildManifest
            {
                Seed = Seed,
                PerTask = PerTask,
                HeldOutPerTask = HeldOutPerTask,
                Python = Python,
                TrainTasks = written.Count(one => !one.IsHeldOut),
                HeldOutTasks = written.Count(one => one.IsHeldOut),
                TrainSequences = train.Count,
                HeldOutSequences = heldOut.Count,
                GenerationSamples = generation.Count,
                Attempts = Count(train.Concat(heldOut), one => one.Messages[1].Content.Count(block => block.Type == BlockType.Execution)),
                Operators = Count(written.SelectMany(one => one.Mistakes), mistake => mistake),
            },
            Train = train,
            HeldOut = heldOut,
            Generation = generation,
            Rejections = Count(
                written.SelectMany(one => one.Rejections).SelectMany(pair => Enumerable.Repeat(pair.Key, pair.Value)),
                reason => reason
            ),
            Repeats = written.Sum(one => one.Repeats),
            ShortOfSequences =
            [
                .. written.Where(one => one.Drafts.Count < (one.IsHeldOut ? HeldOutPerTask : PerTask)).Select(one => one.Task.TaskId),
            ],
        };
    }

    private static List<Conversation> Sequences(IEnumerable<TaskSequences> written) =>
        [.. written.SelectMany(one => one.Drafts).Select(draft => draft.Conversation!)];

    private static SortedDictionary<TKey, int> Count<TItem, TKey>(IEnumerable<TItem> items, Func<TItem, TKey> key)
        where TKey : notnull => new(items.GroupBy(key).ToDictionary(group => group.Key, group => group.Count()));
}
