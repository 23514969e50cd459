using ReflectionCoder.Configuration;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.FineTuning;

/// <summary>Tokenizes conversations one by one and remembers where each came from.</summary>
internal sealed class TrainingDataBuilder
{
    private readonly SampleTokenizer tokenizer;
    private readonly int maxLength;
    private readonly List<TrainingSample> samples = [];
    private readonly List<OverlongSample> overlong = [];

    public TrainingDataBuilder(SampleTokenizer samples)
        : this(samples.Tokenizer, samples.Options) { }

    public TrainingDataBuilder(CodeTokenizer vocabulary, SampleTokenizerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        options ??= new SampleTokenizerOptions();
        options.Validate(); // here, because the tokenizer below gets another maximum
        maxLength = options.MaxLength;

        // The tokenizer gives no tokens for a sample that is too long. Without a limit it does, and the sample's length can be reported.
        tokenizer = new SampleTokenizer(vocabulary, options with { MaxLength = int.MaxValue });
    }

    public void Add(Conversation conversation, string path, int line, int dataset)
    {
        TokenizedSample tokens;
        try
        {
            tokens = tokenizer.Tokenize(conversation)!;
        }
        catch (SampleFormatException exception)
        {
            throw new TrainingDataException($"{Source(path, line)}: {exception.Message}", exception);
        }

        if (tokens.Length > maxLength)
        {
            overlong.Add(new OverlongSample(Source(path, line), tokens.Length));
        }
        else
        {
            samples.Add(new TrainingSample(tokens, path, line, dataset));
        }
    }

    public TrainingData Build() => new(samples, overlong);

    internal static string Source(string path, int line) =>
        path.Length == 0 ? $"sample {line}"
        : line > 0 ? $"{path}:{line}"
        : path;
}
