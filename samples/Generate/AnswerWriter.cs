using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples.Generate;

/// <summary>Answers go to standard output or a file, what there is to say about them to standard error.</summary>
internal sealed class AnswerWriter(TextGenerator generator, GenerateSettings settings, CancellationToken cancellationToken)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private long tokens;
    private int asked = 1;
    private int written;
    private int refused;

    /// <summary>Answers one instruction, readably.</summary>
    public void AnswerPrompt(string prompt)
    {
        if (settings.Stream)
        {
            Console.Write(settings.AnswerPrefix);
            GeneratedText streamed;
            try
            {
                streamed = generator.Generate(prompt, settings.AnswerPrefix, Console.Write, cancellationToken);
            }
            finally
            {
                Console.WriteLine();
            }

            tokens += streamed.NewTokens;
            Console.Error.WriteLine($"{streamed.NewTokens} tokens after {streamed.PromptTokens}, {Speed()}, {Ending(streamed)}");
            return;
        }

        asked = settings.Sequences;
        foreach (
            (int sample, GeneratedText answer) in generator
                .GenerateBatch(
                    Repeat([TextRequest.OneOff(prompt, settings.AnswerPrefix)]),
                    (_, done) => tokens += done.NewTokens,
                    cancellationToken
                )
                .Index()
        )
        {
            if (answer.FinishReason == FinishReason.PromptTooLong)
            {
                throw new PromptTooLongException($"The prompt has {answer.PromptTokens} tokens, which leaves no room for an answer.");
            }

            Console.Error.WriteLine($"{sample + 1}/{settings.Sequences}: {answer.NewTokens} tokens, {Ending(answer)}");
            Console.WriteLine(settings.AnswerPrefix + answer.Text);
        }

        Console.Error.WriteLine(Speed());
    }

    /// <summary>Answers requests, a JSON line an answer, in order; each is written once those before it are finished.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="line">What stands in the line, of the request's number, the sample and the answer.</param>
    public void AnswerAll(IReadOnlyList<TextRequest> requests, Func<int, int, GeneratedText, object> line)
    {
        using TextWriter output = settings.OutputFile is { } path ? new StreamWriter(path) { AutoFlush = true } : Console.Out;
        var finished = new GeneratedText?[requests.Count * settings.Sequences];
        asked = finished.Length;
        int next = 0;
        int count = 0;
        try
        {
            generator.GenerateBatch(Repeat(requests), Finish, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What is finished is kept, though one before it is not.
            for (; next < finished.Length; next++)
            {
                Write(next);
            }

            throw;
        }

        if (refused > 0)
        {
            Console.Error.WriteLine(
                $"{refused} of {finished.Length} are not answered: the prompt leaves no room (finish_reason prompt_too_long)."
            );
        }

        void Finish(int number, GeneratedText answer)
        {
            finished[number] = answer;
            tokens += answer.NewTokens;
            refused += answer.FinishReason == FinishReason.PromptTooLong ? 1 : 0;
            Console.Error.WriteLine($"{++count}/{finished.Length}: {Amount(answer)}, {Ending(answer)}; {Speed()}");
            for (; next < finished.Length && finished[next] is not null; next++)
            {
                Write(next);
            }
        }

        void Write(int number)
        {
            if (finished[number] is { } answer)
            {
                (int request, int sample) = Math.DivRem(number, settings.Sequences);
                output.WriteLine(JsonSerializer.Serialize(line(request, sample, answer), Json));
                written++;
            }
        }
    }

    /// <summary>What there is when it was stopped, to be said.</summary>
    public string Stopped() =>
        settings.Prompt is not null
            ? "Stopped before the end of the answer."
            : $"Stopped: {written} of {asked} answers are written"
                + $"{(settings.OutputFile is { } file ? " to " + file : "")}, each a whole line.";

    private static string Amount(GeneratedText answer) =>
        answer.FinishReason == FinishReason.PromptTooLong ? $"a prompt of {answer.PromptTokens} tokens" : $"{answer.NewTokens} tokens";

    private static string Ending(GeneratedText answer) =>
        answer.FinishReason switch
        {
            FinishReason.Stop => "complete",
            FinishReason.StopString => "ended at --stop",
            FinishReason.PromptTooLong => "leaves no room for an answer",
            _ => "cut at --max-new-tokens",
        };

    private string Speed() => $"{tokens / watch.Elapsed.TotalSeconds:0.0} tokens/s";

    /// <summary>
    /// The samples of a request side by side, so that it is read once; each has an index of its own, whatever the batch size.
    /// </summary>
    private List<TextRequest> Repeat(IReadOnlyList<TextRequest> requests) =>
        [
            .. requests.SelectMany(
                (request, i) =>
                    Enumerable.Range(0, settings.Sequences).Select(sample => request with { Index = ((long)sample * requests.Count) + i })
            ),
        ];
}
