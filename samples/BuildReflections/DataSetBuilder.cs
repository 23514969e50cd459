using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples;

/// <summary>Has the mutation author write for all tasks. How many are done at once changes nothing in the result.</summary>
internal sealed class DataSetBuilder
{
    /// <summary>Variants tried for each sequence asked for.</summary>
    private const int TrialsPerSequence = 8;

    /// <summary>Of these, as many are used only if they bring a new operator.</summary>
    private const int TrialsForNewOperators = 4;

    public required int PerTask { get; init; }

    public required int HeldOutPerTask { get; init; }

    public required long Seed { get; init; }

    public required int Jobs { get; init; }

    /// <summary>Builds the data set; nothing is written.</summary>
    public async Task<DataSet> BuildAsync(
        IReadOnlyList<ProgrammingTask> tasks, IProgress<int> progress, CancellationToken cancellationToken)
    {
        if (tasks.All(task => task.Split != "train"))
        {
            throw new InvalidDataException("The task file has no task in the split train.");
        }

        using BubblewrapSandbox sandbox = new(new BubblewrapSandboxOptions { MaxConcurrency = Jobs });
        string python = await FindVersionAsync(sandbox, cancellationToken);
        MutationAuthor author = new(sandbox, new MutationAuthorOptions { Seed = Seed });
        TaskSequences[] written = new TaskSequences[tasks.Count];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Jobs, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, tasks.Count), parallel, async (i, token) =>
        {
            written[i] = await WriteAsync(author, tasks[i], token);
            progress.Report(1);
        });

        return Collect(written, python, author);
    }

    private async Task<TaskSequences> WriteAsync(MutationAuthor author, ProgrammingTask task, CancellationToken cancellationToken)
    {
        int wanted = task.Split == "train" ? PerTask : HeldOutPerTask;
        List<MutationDraft> drafts = [];
        SortedDictionary<MutationRejection, int> rejections = [];
        HashSet<string> known = [];
        HashSet<string> operators = [];
        int repeats = 0;
        for (int variant = 0; drafts.Count < wanted && variant < wanted * TrialsPerSequence; variant++)
        {
            MutationDraft draft = await author.ComposeAsync(task, variant, cancellationToken);
            foreach ((MutationRejection reason, int count) in draft.Rejections)
            {
                rejections[reason] = rejections.GetValueOrDefault(reason) + count;
            }

            if (draft.Conversation is null)
            {
                continue;
            }

            // As long as there is hope, a sequence must bring a kind of mistake that the task has not had.
            bool isNew = draft.Mutations.Count == 0 || draft.Mutations.Any(mutation => !operators.Contains(mutation.Operator));
            if ((isNew || variant >= wanted * TrialsForNewOperators) && known.Add(Key(draft)))
            {
                drafts.Add(draft);
                operators.UnionWith(draft.Mutations.Select(mutation => mutation.Operator));
            }
            else
            {
                repeats++;
            }
        }

        return new TaskSequences(task, drafts, rejections, repeats);
    }

    /// <summary>Two sequences of a task are the same when they correct the same mistakes, whatever the words.</summary>
    private static string Key(MutationDraft draft) =>
        string.Join('|', draft.Mutations
            .SelectMany(mutation => mutation.Edits)
            .Select(edit => $"{edit.Start} {edit.Length} {edit.Replacement}")
            .Order());

    private DataSet Collect(TaskSequences[] written, string python, MutationAuthor author)
    {
        List<Conversation> train = Sequences(written.Where(one => !one.IsHeldOut));
        List<Conversation> heldOut = Sequences(written.Where(one => one.IsHeldOut));
        List<Conversation> generation = [.. written.Where(one => !one.IsHeldOut).Select(one => author.WriteGeneration(one.Task))];
        return new DataSet
        {
            Manifest = new BuildManifest
            {
                Seed = Seed,
                PerTask = PerTask,
                HeldOutPerTask = HeldOutPerTask,
                Python = python,
                TrainTasks = written.Count(one => !one.IsHeldOut),
                HeldOutTasks = written.Count(one => one.IsHeldOut),
                TrainSequences = train.Count,
                HeldOutSequences = heldOut.Count,
                GenerationSamples = generation.Count,
                Attempts = Count(train.Concat(heldOut), one => one.Messages[1].Content.Count(block => block.Type == BlockType.Execution)),
                Operators = Count(written.SelectMany(one => one.Mutations), mutation => mutation.Operator),
            },
            Train = train,
            HeldOut = heldOut,
            Generation = generation,
            Rejections = Count(
                written.SelectMany(one => one.Rejections).SelectMany(pair => Enumerable.Repeat(pair.Key, pair.Value)),
                reason => reason),
            Repeats = written.Sum(one => one.Repeats),
            ShortOfSequences =
            [
                .. written
                    .Where(one => one.Drafts.Count < (one.IsHeldOut ? HeldOutPerTask : PerTask))
                    .Select(one => one.Task.TaskId),
            ],
        };
    }

    private static List<Conversation> Sequences(IEnumerable<TaskSequences> written) =>
        [.. written.SelectMany(one => one.Drafts).Select(draft => draft.Conversation!)];

    private static SortedDictionary<TKey, int> Count<TItem, TKey>(IEnumerable<TItem> items, Func<TItem, TKey> key)
        where TKey : notnull =>
        new(items.GroupBy(key).ToDictionary(group => group.Key, group => group.Count()));

    private static async Task<string> FindVersionAsync(ICodeSandbox sandbox, CancellationToken cancellationToken)
    {
        SandboxResult result = await sandbox.ExecuteAsync(
            new SandboxProgram("import platform\nprint(platform.python_version())"), cancellationToken: cancellationToken);
        return result.Outcome == SandboxOutcome.Passed
            ? result.StandardOutput.Trim()
            : throw new SandboxUnavailableException($"Python could not say its version: {result.StandardError}");
    }
}
