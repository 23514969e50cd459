using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Runs;

/// <summary>Writes the plain samples of the train tasks, in the order in which they are admitted, which is that of the input.</summary>
internal sealed class GenerationFile : IDisposable
{
    private readonly SequenceWriter writer;
    private readonly Func<ProgrammingTask, Conversation?> write;

    private GenerationFile(SequenceWriter writer, Func<ProgrammingTask, Conversation?> write)
    {
        this.writer = writer;
        this.write = write;
    }

    public int Count => (int)writer.Count;

    public static GenerationFile? Open(ConstructionOptions options, string folder) =>
        options.WriteGeneration is { } write
            ? new GenerationFile(new SequenceWriter(Path.Combine(folder, "generation.train.jsonl")), write)
            : null;

    public void Add(ProgrammingTask task)
    {
        if (task.Split == "train" && write(task) is { } sample)
        {
            writer.Write(sample);
        }
    }

    public void Complete() => writer.Complete();

    public void Dispose() => writer.Dispose();
}
