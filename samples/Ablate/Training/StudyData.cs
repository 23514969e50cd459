using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Samples.Ablate.Authors;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>What arms learn from and are measured on.</summary>
internal sealed class StudyData
{
    private const long DrawSeed = 3407;

    private readonly IReadOnlyList<Conversation> instructions;
    private readonly IReadOnlyList<Conversation> heldOut;

    private StudyData(
        IReadOnlyList<Conversation> reflections,
        IReadOnlyList<Conversation> instructions,
        IReadOnlyList<Conversation> heldOut,
        IReadOnlyList<ProgrammingTask> trainingTasks,
        IReadOnlyList<WrittenTask> written,
        IReadOnlyList<EvaluationProblem> problems,
        IReadOnlyList<OtherTasks> others
    )
    {
        (Reflections, this.instructions, this.heldOut) = (reflections, instructions, heldOut);
        (TrainingTasks, Written, Problems, Others) = (trainingTasks, written, problems, others);
    }

    /// <summary>The training reflections, in the file's order.</summary>
    public IReadOnlyList<Conversation> Reflections { get; }

    /// <summary>The tasks that on-policy arms answer.</summary>
    public IReadOnlyList<ProgrammingTask> TrainingTasks { get; }

    /// <summary>The training tasks that have a solution and whose reflection the data has: its metadata names the task.</summary>
    public IReadOnlyList<WrittenTask> Written { get; }

    /// <summary>The held-out tasks that every model answers.</summary>
    public IReadOnlyList<EvaluationProblem> Problems { get; }

    /// <summary>The other tasks that every model answers too.</summary>
    public IReadOnlyList<OtherTasks> Others { get; }

    /// <summary>Reads the data folder.</summary>
    /// <exception cref="DataFormatException">A line breaks its format, or a file holds nothing that is needed.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static async Task<StudyData> ReadAsync(StudySettings settings, CancellationToken stop)
    {
        string directory = settings.DataDirectory;
        string tasksFile = Path.Combine(directory, StudyFiles.Tasks);
        IReadOnlyList<ProgrammingTask> tasks =
        [
            .. (await settings.Domain.ReadTasksAsync(tasksFile, stop)).Where(task => task.Split == "train"),
        ];
        IReadOnlyList<EvaluationProblem> all = await settings.Domain.ReadProblemsAsync(tasksFile, stop);
        EvaluationProblem[] problems = [.. all.Where(problem => problem.Split == "held_out")];
        if (problems.Length == 0)
        {
            throw new DataFormatException(tasksFile, 0, "holds no task of the split 'held_out'; a study needs some to answer.");
        }

        if (tasks.Count == 0 && settings.Arms.Any(arm => arm.OnPolicy))
        {
            throw new DataFormatException(tasksFile, 0, "holds no task of the split 'train'; on-policy arms need some to answer.");
        }

        IReadOnlyList<Conversation> reflections = Read(directory, StudyFiles.Reflections, reflectionsOnly: true);
        IReadOnlyList<WrittenTask> written = FindWritten(reflections, tasks, all);
        if (written.Count == 0 && settings.Arms.Any(arm => arm.IsAuthored))
        {
            throw new DataFormatException(
                Path.Combine(directory, StudyFiles.Reflections),
                $"names in no metadata.task_id a training task of {tasksFile} that has a solution; arms of two authors need some."
            );
        }

        IReadOnlyList<Conversation> plain = Read(directory, StudyFiles.Instructions, reflectionsOnly: false);
        HashSet<string> learned = OtherTasks.RequestsOf(reflections.Concat(plain), tasks);
        List<OtherTasks> others = [];
        foreach ((string name, string file) in settings.OtherTasks)
        {
            others.Add(await OtherTasks.ReadAsync(name, file, settings, learned, stop));
        }

        return new StudyData(
            reflections,
            plain,
            Draw(Read(directory, StudyFiles.HeldOut, reflectionsOnly: true), settings.Samples),
            tasks,
            written,
            Draw(problems, settings.Tasks),
            others
        );
    }

    /// <summary>What an arm is trained on: its reflection samples as data set 0, instructions as data set 1.</summary>
    public TrainingData TrainingOf(PreparedArm prepared, CodeTokenizer tokenizer)
    {
        var first = TrainingData.FromConversations(prepared.Reflections, tokenizer);
        if (prepared.Arm.IsAlone)
        {
            return first;
        }

        var second = TrainingData.FromConversations(instructions, tokenizer);
        return new TrainingData(
            [.. first.Samples, .. second.Samples.Select(sample => sample with { Dataset = 1 })],
            [.. first.Overlong, .. second.Overlong]
        );
    }

    /// <summary>The held-out samples that likelihoods are measured on.</summary>
    public TrainingData HeldOut(CodeTokenizer tokenizer) => TrainingData.FromConversations(heldOut, tokenizer);

    /// <summary>So many items, drawn and in their order, because files may be sorted or repeat a pattern.</summary>
    public static IReadOnlyList<T> Draw<T>(IReadOnlyList<T> items, int? count)
    {
        SeededRandom random = new(DrawSeed);
        int wanted = count ?? items.Count;
        List<T> drawn = [];
        foreach ((int index, T item) in items.Index())
        {
            // Each remaining item has the chance that it takes to fill the remaining places (Knuth, algorithm S).
            if (random.Next(items.Count - index) < wanted - drawn.Count)
            {
                drawn.Add(item);
            }
        }

        return drawn;
    }

    private static IReadOnlyList<WrittenTask> FindWritten(
        IReadOnlyList<Conversation> reflections,
        IReadOnlyList<ProgrammingTask> tasks,
        IReadOnlyList<EvaluationProblem> problems
    )
    {
        ILookup<string, Conversation> sequences = reflections
            .Where(sample => sample.Metadata?.TaskId is not null)
            .ToLookup(sample => sample.Metadata!.TaskId!, StringComparer.Ordinal);
        ILookup<string, EvaluationProblem> known = problems.ToLookup(problem => problem.TaskId, StringComparer.Ordinal);
        return
        [
            .. from task in tasks
            where task.Solution is not null && task.Asserts.Count > 0 && known.Contains(task.TaskId) && sequences.Contains(task.TaskId)
            select new WrittenTask(task, known[task.TaskId].First(), sequences[task.TaskId].First()),
        ];
    }

    private static IReadOnlyList<Conversation> Read(string directory, string name, bool reflectionsOnly)
    {
        string path = Path.Combine(directory, name);
        List<Conversation> samples = [];
        foreach (Conversation sample in SequenceReader.Read(path))
        {
            if (reflectionsOnly && (sample.Type != SampleType.Reflection || !EndsInAnswer(sample)))
            {
                throw new DataFormatException(
                    path,
                    $"sample {samples.Count + 1} is no reflection sample that ends in a request and its answer; expected only such."
                );
            }

            samples.Add(sample);
        }

        return samples.Count > 0 ? samples : throw new DataFormatException(path, "holds no sample; expected at least one.");
    }

    private static bool EndsInAnswer(Conversation sample) =>
        sample.Messages is [.., { Role: MessageRole.User }, { Role: MessageRole.Assistant }];
}
