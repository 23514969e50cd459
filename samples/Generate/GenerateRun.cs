using System.Runtime.InteropServices;
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
            IReadOnlyList<ProgrammingTask> tasks = settings.TasksFile is { } file ? ReadTasks(settings, file) : [];
            IReadOnlyList<string> prompts = settings.PromptsFile is { } lines ? ReadPrompts(settings, lines) : [];
            TorchRuntime.EnsureAvailable();
            torch.set_num_threads(settings.Threads);
            using PretrainedModel pretrained = Load(settings, cancellationToken);
            (CausalLanguageModel model, CodeTokenizer tokenizer) = (pretrained.Model, pretrained.Tokenizer);
            if (tokenizer.AppendedMarkers.Count > 0)
            {
                throw new InvalidDataException(
                    $"{settings.ModelDirectory}: its tokenizer lacks {string.Join(" ", tokenizer.AppendedMarkers)}, so the model never saw them. Fine-tune it first.");
            }

            using var generator = new TextGenerator(model, tokenizer, settings.Generation);
            var writer = new AnswerWriter(generator, settings, cancellationToken);
            if (settings.Prompt is { } prompt)
            {
                writer.AnswerPrompt(prompt);
            }
            else if (settings.PromptsFile is not null)
            {
                writer.AnswerAll(prompts, (i, sample, answer) => new
                {
                    prompt = prompts[i],
                    sample,
                    answer = settings.AnswerPrefix + answer.Text,
                    finish_reason = JsonNamingPolicy.SnakeCaseLower.ConvertName(answer.FinishReason.ToString()),
                });
            }
            else
            {
                writer.AnswerAll(
                    [.. tasks.Select(task => task.Instruction)],
                    (i, _, answer) => new { task_id = tasks[i].TaskId, completion = AnswerExtractor.Extract(answer.Text) });
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
        PretrainedModel pretrained = PretrainedModel.Load(options, line, cancellationToken);
        line.ShowDtype(pretrained.Model, settings.Dtype);
        return pretrained;
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

    /// <summary>One instruction a line; \n in it is a line break.</summary>
    private static List<string> ReadPrompts(GenerateSettings settings, string file)
    {
        IEnumerable<string> lines = file == "-" ? ReadLines(Console.In) : File.ReadLines(file);
        List<string> prompts =
        [
            .. lines.Where(line => line.Trim().Length > 0).Select(line => line.Replace("\\n", "\n", StringComparison.Ordinal)).Take(settings.Limit ?? int.MaxValue),
        ];
        return prompts.Count > 0 ? prompts : throw new InvalidDataException($"{(file == "-" ? "Standard input" : file)} holds no prompt.");
    }

    private static IEnumerable<string> ReadLines(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
