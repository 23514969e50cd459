using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Runs;

/// <summary>
/// Writes the plain samples of the train tasks that brought a sequence, in the order of the input. The samples are made as tasks come in,
/// and wait in a file until it is known which tasks are kept: that of a task whose solution fails its tests would teach a mistake.
/// </summary>
internal sealed class GenerationFile : IDisposable
{
    private readonly string path;
    private readonly string waitingPath;
    private readonly SequenceWriter waiting;
    private readonly Func<ProgrammingTask, Conversation?> write;
    private readonly List<int> waitingTasks = [];
    private readonly HashSet<int> kept = [];

    private GenerationFile(string folder, Func<ProgrammingTask, Conversation?> write)
    {
        path = Path.Combine(folder, "generation.train.jsonl");
        waitingPath = Path.Combine(folder, "generation.waiting.jsonl");
        waiting = new SequenceWriter(waitingPath);
        this.write = write;
    }

    public static GenerationFile? Open(ConstructionOptions options, string folder) =>
        options.WriteGeneration is { } write ? new GenerationFile(folder, write) : null;

    /// <summary>Makes the sample of a task.</summary>
    public void Add(ProgrammingTask task, int index)
    {
        if (task.Split == "train" && write(task) is { } sample)
        {
            waiting.Write(sample);
            waitingTasks.Add(index);
        }
    }

    /// <summary>Says that a task brought a sequence.</summary>
    public void Keep(int index) => kept.Add(index);

    /// <summary>Writes the file; gives the number of samples.</summary>
    public int Complete()
    {
        waiting.Complete();
        IEnumerable<Conversation> samples = SequenceReader
            .Read(waitingPath)
            .Zip(waitingTasks)
            .Where(pair => kept.Contains(pair.Second))
            .Select(pair => pair.First);
        SequenceWriter.Write(path, samples);
        return waitingTasks.Count(kept.Contains);
    }

    public void Dispose()
    {
        waiting.Dispose();
        File.Delete(waitingPath);
    }
}
