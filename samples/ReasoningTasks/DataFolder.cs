using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ReasoningTasks.Corpus;
using ReflectionCoder.Samples.ReasoningTasks.Derivations;
using ReflectionCoder.Samples.ReasoningTasks.Problems;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ReasoningTasks;

/// <summary>How much of what is written.</summary>
/// <param name="Train">Training problems.</param>
/// <param name="HeldOut">Held-out problems.</param>
/// <param name="Instructions">Further training problems, as plain samples.</param>
/// <param name="Corpus">Samples to pretrain on.</param>
internal sealed record DataSizes(int Train, int HeldOut, int Instructions, int Corpus);

/// <summary>Writes the folder that <c>Ablate --data</c> reads, and a corpus to pretrain its base on.</summary>
internal static class DataFolder
{
    public const string Tasks = "tasks.jsonl";
    public const string Instructions = "instructions.train.jsonl";
    public const string Corpus = "corpus.jsonl";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly int[] HeldOutLengths = [2, 3, 2, 3, 2, 3, 2, 3, 2, 4];

    /// <summary>Writes the files; the same bytes for the same seed and sizes.</summary>
    /// <returns>What came of the reflection sequences.</returns>
    /// <exception cref="IOException">A file can't be written.</exception>
    public static async Task<ConstructionSummary> WriteAsync(string folder, DataSizes sizes, long seed, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        IReadOnlyList<ProgrammingTask> tasks = Compose(sizes, seed);
        await WriteTasksAsync(Path.Combine(folder, Tasks), tasks, cancellationToken);
        SequenceWriter.Write(Path.Combine(folder, Instructions), ComposeInstructions(sizes.Instructions, seed + 2));
        SequenceWriter.Write(Path.Combine(folder, Corpus), new ReasoningCorpus(seed + 3).Samples().Take(sizes.Corpus));
        return await WriteReflectionsAsync(folder, tasks, seed, cancellationToken);
    }

    /// <summary>Training problems of one to three events, then held-out ones of two to four.</summary>
    public static IReadOnlyList<ProgrammingTask> Compose(DataSizes sizes, long seed)
    {
        ProblemComposer training = new(seed);
        ProblemComposer heldOut = new(seed + 1);
        return
        [
            .. Enumerable.Range(0, sizes.Train).Select(i => training.Training(i, LengthOf(i))),
            .. Enumerable.Range(0, sizes.HeldOut).Select(i => heldOut.HeldOut(i, HeldOutLengths[i % HeldOutLengths.Length])),
        ];
    }

    private static IEnumerable<Conversation> ComposeInstructions(int count, long seed)
    {
        ProblemComposer composer = new(seed);
        return Enumerable
            .Range(0, count)
            .Select(i => composer.Training(i, LengthOf(i)))
            .Select(task => PlainSample.Of(task.Instruction, task.Solution!, DerivationVerifier.LanguageName));
    }

    private static int LengthOf(int number) => 1 + (number % ProblemSplit.MaxTrainingLength);

    private static async Task WriteTasksAsync(string path, IReadOnlyList<ProgrammingTask> tasks, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        foreach (ProgrammingTask task in tasks)
        {
            string line = JsonSerializer.Serialize(
                new
                {
                    task_id = task.TaskId,
                    instruction = task.Instruction,
                    language = task.Language,
                    entry_point = task.EntryPoint,
                    solution = task.Solution,
                    asserts = task.Asserts,
                    split = task.Split,
                },
                Json
            );
            _ = text.Append(line).Append('\n');
        }

        await File.WriteAllTextAsync(path + ".tmp", text.ToString(), cancellationToken);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Has the author write a sequence for each task, by the library's own pipeline.</summary>
    private static async Task<ConstructionSummary> WriteReflectionsAsync(
        string folder,
        IReadOnlyList<ProgrammingTask> tasks,
        long seed,
        CancellationToken cancellationToken
    )
    {
        // Writing costs nothing, so there is nothing to go on from: the journal is only the pipeline's memory.
        DirectoryInfo work = Directory.CreateTempSubdirectory("reasoning-");
        try
        {
            using ConstructionJournal journal = ConstructionJournal.Open(Path.Combine(work.FullName, "journal.jsonl"));
            DerivationAuthor author = new(new DerivationVerifier(), seed);
            ConstructionOptions options = new()
            {
                SplitFiles = true,
                ExpectedTasks = tasks.Count,

                // Stories and derivations differ in their numbers, which is little of the text: no two instructions are equal anyway.
                TaskDuplicates = null,
                CodeDuplicates = null,
                Notes = new Dictionary<string, object> { ["seed"] = seed, ["author"] = author.Identity },
            };
            return await new ConstructionPipeline(author, journal, options).RunAsync(
                tasks.ToAsyncEnumerable(),
                folder,
                progress: null,
                cancellationToken
            );
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }
}
