using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>What arms learn from and are measured on.</summary>
internal sealed class StudyData
{
    private const long DrawSeed = 3407;

    private readonly IReadOnlyList<Conversation> reflections;
    private readonly IReadOnlyList<Conversation> instructions;
    private readonly IReadOnlyList<Conversation> heldOut;

    private StudyData(
        IReadOnlyList<Conversation> reflections,
        IReadOnlyList<Conversation> instructions,
        IReadOnlyList<Conversation> heldOut,
        IReadOnlyList<ProgrammingTask> trainingTasks,
        IReadOnlyList<EvaluationProblem> problems,
        IReadOnlyList<EvaluationProblem> otherProblems
    ) =>
        (this.reflections, this.instructions, this.heldOut, TrainingTasks, Problems, OtherProblems) = (
            reflections,
            instructions,
            heldOut,
            trainingTasks,
            problems,
            otherProblems
        );

    /// <summary>The tasks that on-policy arms answer.</summary>
    public IReadOnlyList<ProgrammingTask> TrainingTasks { get; }

    /// <summary>The held-out tasks that every model answers.</summary>
    public IReadOnlyList<EvaluationProblem> Problems { get; }

    /// <summary>The tasks of another domain that every model answers too; empty where none are given.</summary>
    public IReadOnlyList<EvaluationProblem> OtherProblems { get; }

    /// <summary>Reads the data folder.</summary>
    /// <exception cref="DataFormatException">A line breaks its format, or a file holds nothing that is needed.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static async Task<StudyData> ReadAsync(StudySettings settings, CancellationToken stop)
    {
        string directory = settings.DataDirectory;
        string tasksFile = Path.Combine(directory, StudyFiles.Tasks);
        IReadOnlyList<ProgrammingTask> tasks = [.. ProgrammingTaskReader.Read(tasksFile).Where(task => task.Split == "train")];
        IReadOnlyList<EvaluationProblem> problems =
        [
            .. (await EvaluationBenchmarks.Tasks.ReadAsync(tasksFile, stop)).Where(problem => problem.Split == "held_out"),
        ];
        if (problems.Count == 0)
        {
            throw new DataFormatException(tasksFile, 0, "holds no task of the split 'held_out'; a study needs some to answer.");
        }

        if (tasks.Count == 0 && settings.Arms.Any(arm => arm.OnPolicy))
        {
            throw new DataFormatException(tasksFile, 0, "holds no task of the split 'train'; on-policy arms need some to answer.");
        }

        return new StudyData(
            Read(directory, StudyFiles.Reflections, reflectionsOnly: true),
            Read(directory, StudyFiles.Instructions, reflectionsOnly: false),
            Draw(Read(directory, StudyFiles.HeldOut, reflectionsOnly: true), settings.Samples),
            tasks,
            Draw(problems, settings.Tasks),
            Draw(await ReadOtherAsync(settings.OtherTasks, stop), settings.Tasks)
        );
    }

    /// <summary>What an arm is trained on: reflection samples as data set 0, instructions as data set 1.</summary>
    public TrainingData TrainingOf(Arm arm, CodeTokenizer tokenizer)
    {
        var first = TrainingData.FromConversations(arm.FinalCodeOnly ? reflections.Select(FinalCode) : reflections, tokenizer);
        var second = TrainingData.FromConversations(instructions, tokenizer);
        return new TrainingData(
            [.. first.Samples, .. second.Samples.Select(sample => sample with { Dataset = 1 })],
            [.. first.Overlong, .. second.Overlong]
        );
    }

    /// <summary>The held-out samples that likelihoods are measured on.</summary>
    public TrainingData HeldOut(CodeTokenizer tokenizer) => TrainingData.FromConversations(heldOut, tokenizer);

    /// <summary>The one-off form of a reflection sample: the last request and the final code, a plain sample.</summary>
    private static Conversation FinalCode(Conversation sample) =>
        sample with
        {
            Messages = [.. sample.Messages.TakeLast(2)],
            Type = SampleType.Generation,
        };

    /// <summary>Those of the split <c>held_out</c> where the file has such, because the others may be kin to what was trained on.</summary>
    private static async Task<IReadOnlyList<EvaluationProblem>> ReadOtherAsync(string? file, CancellationToken stop)
    {
        if (file is null)
        {
            return [];
        }

        IReadOnlyList<EvaluationProblem> all = await EvaluationBenchmarks.Tasks.ReadAsync(file, stop);
        EvaluationProblem[] unseen = [.. all.Where(problem => problem.Split == "held_out")];
        return unseen.Length > 0 ? unseen
            : all.Count > 0 ? all
            : throw new DataFormatException(file, 0, "holds no task; expected at least one of another domain.");
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

    /// <summary>So many items, drawn and in their order, because files may be sorted or repeat a pattern.</summary>
    private static IReadOnlyList<T> Draw<T>(IReadOnlyList<T> items, int? count)
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
}
