using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReflectionCoder.Construction;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>The commands.</summary>
internal sealed class ComposeCommands
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly int[] HeldOutLengths = [2, 3, 2, 3, 2, 3, 2, 3, 2, 4];

    private readonly Option<string> output = new("--output")
    {
        Description = "JSONL file to write.",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<long> seed = new("--seed")
    {
        Description = "Seed of every choice; equal seeds give equal bytes.",
        DefaultValueFactory = _ => 3407L,
    };
    private readonly Option<int> train = OptionRanges.Count("--train", "Training tasks, of one to three operations.", 300);
    private readonly Option<int> heldOut = OptionRanges.CountOrNone(
        "--held-out",
        "Held-out tasks: pairs or lengths that no training task has.",
        120
    );
    private readonly Option<int> count = OptionRanges.Count("--count", "Samples.", 10_000);
    private readonly Option<string[]> texts = new("--texts")
    {
        Description = "JSONL files of samples to learn from.",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<int> vocabularySize = OptionRanges.Count("--vocabulary-size", "Tokens, markers among them.", 768);
    private readonly Option<string> folder = new("--output")
    {
        Description = "Folder to write.",
        HelpName = "DIR",
        Required = true,
    };

    public ComposeCommands()
    {
        Command tasks = new("tasks", "Writes tasks with instruction, solution and asserts.") { output, seed, train, heldOut };
        tasks.SetAction(result => Execute(() => WriteTasks(result)));
        Command corpus = new("corpus", "Writes instruction samples of training compositions, to pretrain a model on.")
        {
            output,
            seed,
            count,
        };
        corpus.SetAction(result => Execute(() => WriteCorpus(result)));
        Command instructions = new("instructions", "Writes instructions with their programs, of training compositions.")
        {
            output,
            seed,
            count,
        };
        instructions.SetAction(result => Execute(() => WriteInstructions(result)));
        Command tokenizer = new("tokenizer", "Learns a byte-level BPE tokenizer from samples.") { texts, vocabularySize, folder };
        tokenizer.SetAction(result => Execute(() => LearnTokenizer(result)));
        Root = new RootCommand("Composes small Python tasks from operations on lists, texts, numbers and dictionaries.")
        {
            tasks,
            corpus,
            instructions,
            tokenizer,
        };
    }

    public RootCommand Root { get; }

    private static int Execute(Action write)
    {
        try
        {
            write();
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failures.Report(e);
        }
    }

    private void WriteTasks(ParseResult result)
    {
        TaskComposer training = new(result.GetValue(seed));
        TaskComposer heldOutTasks = new(result.GetValue(seed) + 1);
        const int lengths = CompositionSplit.MaxTrainingLength;
        IEnumerable<ProgrammingTask> tasks =
        [
            .. Enumerable.Range(0, result.GetValue(train)).Select(i => training.Training(i, 1 + (i % lengths))),
            .. Enumerable
                .Range(0, result.GetValue(heldOut))
                .Select(i => heldOutTasks.HeldOut(i, HeldOutLengths[i % HeldOutLengths.Length])),
        ];

        string path = result.GetRequiredValue(output);
        File.WriteAllLines(
            path,
            tasks.Select(task =>
                JsonSerializer.Serialize(
                    new
                    {
                        task_id = task.TaskId,
                        instruction = task.Instruction,
                        entry_point = task.EntryPoint,
                        solution = task.Solution,
                        asserts = task.Asserts,
                        split = task.Split,
                        explanation = task.Explanation,
                    },
                    Json
                )
            )
        );
    }

    private void WriteCorpus(ParseResult result) =>
        SequenceWriter.Write(
            result.GetRequiredValue(output),
            new PretrainingCorpus(result.GetValue(seed)).Samples().Take(result.GetValue(count))
        );

    private void WriteInstructions(ParseResult result)
    {
        TaskComposer composer = new(result.GetValue(seed));
        SequenceWriter.Write(
            result.GetRequiredValue(output),
            Enumerable
                .Range(0, result.GetValue(count))
                .Select(i => composer.Training(i, 1 + (i % CompositionSplit.MaxTrainingLength)))
                .Select(task => PlainSample.Of(task.Instruction, task.Solution!))
        );
    }

    private void LearnTokenizer(ParseResult result)
    {
        IEnumerable<string> contents = result
            .GetRequiredValue(texts)
            .SelectMany(SequenceReader.Read)
            .SelectMany(conversation => conversation.Messages)
            .SelectMany(message => message.Content)
            .Select(block => block.Content);
        string directory = result.GetRequiredValue(folder);
        Directory.CreateDirectory(directory);
        CodeTokenizer.TrainByteLevel(contents, result.GetValue(vocabularySize)).Save(directory);
    }
}
