using System.Text.Json;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;
using TorchSharp;

namespace ReflectionCoder.Samples.Generate;

/// <summary>Loads the model and writes the answers, all on the calling thread.</summary>
internal static class GenerateRun
{
    public static int Execute(GenerateSettings settings, StopSignal stop)
    {
        CancellationToken cancellationToken = stop.Token;
        AnswerWriter? writer = null;
        try
        {
            InvalidOptionsException.ThrowIfAny(nameof(GenerationOptions), settings.Generation.FindErrors());
        }
        catch (InvalidOptionsException e)
        {
            return Failures.Report(e, ExitCode.Usage);
        }

        try
        {
            IReadOnlyList<ProgrammingTask> tasks = settings.TasksFile is { } file ? ReadTasks(settings, file) : [];
            IReadOnlyList<Conversation> conversations = settings.ConversationsFile is { } samples
                ? ConversationFile.Read(samples, settings.Limit ?? int.MaxValue)
                : [];
            IReadOnlyList<string> prompts = settings.PromptsFile is { } lines
                ? PromptFile.Read(lines, settings.Limit ?? int.MaxValue, cancellationToken)
                : [];
            TorchRuntime.EnsureAvailable();
            torch.set_num_threads(settings.Threads);
            using PretrainedModel pretrained = Load(settings, cancellationToken);
            (CausalLanguageModel model, CodeTokenizer tokenizer) = (pretrained.Model, pretrained.Tokenizer);
            if (tokenizer.AppendedMarkers.Count > 0)
            {
                throw new InvalidDataException(
                    $"{settings.ModelDirectory}: its tokenizer lacks {string.Join(" ", tokenizer.AppendedMarkers)}, "
                        + "so the model never saw them. Fine-tune it first."
                );
            }

            using var generator = new TextGenerator(model, tokenizer, settings.Generation);
            writer = new AnswerWriter(generator, settings, cancellationToken);
            if (settings.Prompt is { } prompt)
            {
                writer.AnswerPrompt(prompt);
            }
            else if (settings.PromptsFile is not null)
            {
                writer.AnswerAll(
                    [.. prompts.Select(prompt => TextRequest.OneOff(prompt, settings.AnswerPrefix))],
                    (i, sample, answer) =>
                        new
                        {
                            prompt = prompts[i],
                            sample,
                            answer = answer.FinishReason == FinishReason.PromptTooLong ? "" : settings.AnswerPrefix + answer.Text,
                            finish_reason = Name(answer.FinishReason),
                        }
                );
            }
            else
            {
                // A sample's metadata may name its task; answers without an id are numbered.
                string[] ids = settings.TasksFile is null
                    ? [.. conversations.Select((one, i) => one.Metadata?.TaskId ?? $"sample/{i + 1}")]
                    : [.. tasks.Select(task => task.TaskId)];
                writer.AnswerAll(
                    settings.TasksFile is null
                        ? [.. conversations.Select(one => new TextRequest(one.Messages) { AnswerPrefix = settings.AnswerPrefix })]
                        : [.. tasks.Select(task => TextRequest.OneOff(task.Instruction, settings.AnswerPrefix))],
                    (i, _, answer) =>
                        answer.FinishReason == FinishReason.PromptTooLong
                            ? (object)
                                new
                                {
                                    task_id = ids[i],
                                    completion = "",
                                    finish_reason = Name(answer.FinishReason),
                                }
                            : new { task_id = ids[i], completion = new PaperAnswerExtractor().Extract(answer.Text) }
                );
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine(writer?.Stopped() ?? "Stopped before the first answer; nothing was written.");
            return stop.ExitCode;
        }
        catch (Exception e) when (Failures.IsExpected(e) || e is InvalidDataException or ArithmeticException)
        {
            return Failures.Report(e);
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

    private static List<ProgrammingTask> ReadTasks(GenerateSettings settings, string file)
    {
        List<ProgrammingTask> tasks = TaskSelection.Read(file, settings.Split, settings.Limit);
        return tasks.Count > 0 ? tasks : throw new InvalidDataException($"{file} holds no task of split '{settings.Split}'.");
    }

    private static string Name(FinishReason reason) => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
}
