using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;

namespace ReflectionCoder.Samples.Generate;

/// <summary>Loads the model and writes the answers, all on the calling thread.</summary>
internal static class GenerateRun
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int Execute(GenerateSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            settings.Generation.Validate();
        }
        catch (InvalidOptionsException e)
        {
            return Fail(e, ExitCode.Usage);
        }

        try
        {
            IReadOnlyList<ProgrammingTask>? tasks = settings.TasksFile is { } file ? ReadTasks(settings, file) : null;
            torch.set_num_threads(settings.Threads);
            using PretrainedModel pretrained = Load(settings, cancellationToken);
            (CausalLanguageModel model, CodeTokenizer tokenizer) = (pretrained.Model, pretrained.Tokenizer);
            if (tokenizer.AppendedMarkers.Count > 0)
            {
                throw new InvalidDataException(
                    $"{settings.ModelDirectory}: its tokenizer lacks {string.Join(" ", tokenizer.AppendedMarkers)}, so the model never saw them. Fine-tune it first.");
            }

            using var generator = new TextGenerator(model, tokenizer, settings.Generation with { StopTokenIds = [.. model.Generation.EosTokenIds] });
            if (tasks is null)
            {
                Answer(generator, settings, cancellationToken);
            }
            else
            {
                AnswerTasks(generator, tasks, settings, cancellationToken);
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped.");
            return ExitCode.Stopped;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException
            or InvalidOperationException or DllNotFoundException or ExternalException)
        {
            return Fail(e, ExitCode.Failed);
        }
    }

    private static PretrainedModel Load(GenerateSettings settings, CancellationToken cancellationToken)
    {
        using LoadingLine line = new();
        var options = new PretrainedModelOptions
        {
            Directory = settings.ModelDirectory,
            Adapter = settings.AdapterDirectory,
            Device = settings.Device,
            Dtype = settings.Dtype,
        };
        return PretrainedModel.Load(options, line, cancellationToken);
    }

    private static int Fail(Exception e, int exitCode)
    {
        Console.Error.WriteLine("error: " + e.Message.ReplaceLineEndings(" "));
        return exitCode;
    }

    private static List<ProgrammingTask> ReadTasks(GenerateSettings settings, string file)
    {
        List<ProgrammingTask> tasks =
        [
            .. ProgrammingTaskReader.Read(file).Where(t => settings.Split is null || t.Split == settings.Split).Take(settings.Limit ?? int.MaxValue),
        ];
        return tasks.Count > 0 ? tasks : throw new InvalidDataException($"{file} holds no task of split '{settings.Split}'.");
    }

    private static void Answer(TextGenerator generator, GenerateSettings settings, CancellationToken cancellationToken)
    {
        Console.Write(settings.AnswerPrefix);
        var watch = Stopwatch.StartNew();
        GeneratedText answer = generator.Generate(settings.Prompt!, settings.AnswerPrefix, Console.Write, cancellationToken);
        Console.WriteLine();
        Console.Error.WriteLine($"{answer.NewTokens} tokens after {answer.PromptTokens}, {Speed(answer.NewTokens, watch)}, {Ending(answer)}");
    }

    private static void AnswerTasks(
        TextGenerator generator, IReadOnlyList<ProgrammingTask> tasks, GenerateSettings settings, CancellationToken cancellationToken)
    {
        using TextWriter output = settings.OutputFile is { } path ? new StreamWriter(path) { AutoFlush = true } : Console.Out;
        var watch = Stopwatch.StartNew();
        long tokens = 0;
        foreach ((int index, ProgrammingTask task) in tasks.Index())
        {
            GeneratedText answer = generator.Generate(task.Instruction, settings.AnswerPrefix, onText: null, cancellationToken);
            tokens += answer.NewTokens;
            output.WriteLine(JsonSerializer.Serialize(new { task_id = task.TaskId, completion = AnswerExtractor.Extract(answer.Text) }, Json));
            Console.Error.WriteLine($"{index + 1}/{tasks.Count} {task.TaskId}: {answer.NewTokens} tokens, {Ending(answer)}; {Speed(tokens, watch)}");
        }
    }

    private static string Speed(long tokens, Stopwatch watch) => $"{tokens / watch.Elapsed.TotalSeconds:0.0} tokens/s";

    private static string Ending(GeneratedText answer) => answer.FinishReason == FinishReason.Stop ? "complete" : "cut at --max-new-tokens";
}
