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

    /// <summary>Answers one instruction, readably.</summary>
    public void AnswerPrompt(string prompt)
    {
        if (settings.Stream)
        {
            Console.Write(settings.AnswerPrefix);
            GeneratedText streamed = generator.Generate(prompt, settings.AnswerPrefix, Console.Write, cancellationToken);
            Console.WriteLine();
            tokens += streamed.NewTokens;
            Console.Error.WriteLine($"{streamed.NewTokens} tokens after {streamed.PromptTokens}, {Speed()}, {Ending(streamed)}");
            return;
        }

        foreach ((int sample, GeneratedText answer) in generator.GenerateBatch(Requests([prompt]), (_, done) => tokens += done.NewTokens, cancellationToken).Index())
        {
            Console.Error.WriteLine($"{sample + 1}/{settings.Sequences}: {answer.NewTokens} tokens, {Ending(answer)}");
            Console.WriteLine(settings.AnswerPrefix + answer.Text);
        }

        Console.Error.WriteLine(Speed());
    }

    /// <summary>Answers instructions, a JSON line an answer, in order; each is written once those before it are finished.</summary>
    /// <param name="instructions">The instructions.</param>
    /// <param name="line">What stands in the line, of the instruction's number, the sample and the answer.</param>
    public void AnswerAll(IReadOnlyList<string> instructions, Func<int, int, GeneratedText, object> line)
    {
        using TextWriter output = settings.OutputFile is { } path ? new StreamWriter(path) { AutoFlush = true } : Console.Out;
        var finished = new GeneratedText?[instructions.Count * settings.Sequences];
        int written = 0;
        int count = 0;
        generator.GenerateBatch(
            Requests(instructions),
            (number, answer) =>
            {
                finished[number] = answer;
                tokens += answer.NewTokens;
                Console.Error.WriteLine($"{++count}/{finished.Length}: {answer.NewTokens} tokens, {Ending(answer)}; {Speed()}");
                for (; written < finished.Length && finished[written] is { } next; written++)
                {
                    (int instruction, int sample) = Math.DivRem(written, settings.Sequences);
                    output.WriteLine(JsonSerializer.Serialize(line(instruction, sample, next), Json));
                }
            },
            cancellationToken);
    }

    private static string Ending(GeneratedText answer) => answer.FinishReason switch
    {
        FinishReason.Stop => "complete",
        FinishReason.StopString => "ended at --stop",
        _ => "cut at --max-new-tokens",
    };

    private string Speed() => $"{tokens / watch.Elapsed.TotalSeconds:0.0} tokens/s";

    /// <summary>The samples of an instruction side by side, so that it is read once; each has an index of its own, whatever the batch size.</summary>
    private List<TextRequest> Requests(IReadOnlyList<string> instructions) =>
    [
        .. instructions.SelectMany((instruction, i) => Enumerable.Range(0, settings.Sequences).Select(sample =>
            TextRequest.OneOff(instruction, settings.AnswerPrefix) with { Index = ((long)sample * instructions.Count) + i })),
    ];
}
