using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ReflectionCoder.Batching;
using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.FineTuning;

/// <summary>A sample and where it came from.</summary>
/// <param name="Tokens">The sample.</param>
/// <param name="Path">Its file; empty where it came from no file.</param>
/// <param name="Line">Its line, from 1; its number where it came from no file.</param>
/// <param name="Dataset">Index of its file, from 0.</param>
public sealed record TrainingSample(TokenizedSample Tokens, string Path, int Line, int Dataset = 0)
{
    /// <summary>Where it came from, for messages: <c>file:line</c>.</summary>
    public string Source => TrainingDataBuilder.Source(Path, Line);
}

/// <summary>A sample that was left out because it is longer than the maximum.</summary>
/// <param name="Source">Where it came from: <c>file:line</c>.</param>
/// <param name="Length">Its tokens.</param>
public sealed record OverlongSample(string Source, int Length);

/// <summary>Tokenized samples in memory. Immutable.</summary>
public sealed class TrainingData
{
    private readonly Lazy<string> fingerprint;

    /// <summary>Wraps samples.</summary>
    /// <param name="samples">The samples, in order.</param>
    /// <param name="overlong">Those that were left out.</param>
    public TrainingData(IReadOnlyList<TrainingSample> samples, IReadOnlyList<OverlongSample>? overlong = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Samples = samples;
        Overlong = overlong ?? [];
        Infos = [.. samples.Select(sample => new SampleInfo(sample.Tokens.Length, sample.Tokens.Type, sample.Dataset))];
        fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>The samples, in order.</summary>
    public IReadOnlyList<TrainingSample> Samples { get; }

    /// <summary>Samples left out because they are too long.</summary>
    public IReadOnlyList<OverlongSample> Overlong { get; }

    /// <summary>What a sampler knows of the samples.</summary>
    public IReadOnlyList<SampleInfo> Infos { get; }

    /// <summary>Hash of ids, labels and types, in order; file names don't enter.</summary>
    public string Fingerprint => fingerprint.Value;

    /// <summary>Reads and tokenizes JSONL files.</summary>
    /// <param name="paths">The files, one data set each.</param>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="options">Maximum length and marker parsing; null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="DataFormatException">A line breaks the format; it is named.</exception>
    /// <exception cref="TrainingDataException">A line can't be tokenized; it is named.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static TrainingData Load(
        IEnumerable<string> paths,
        CodeTokenizer tokenizer,
        SampleTokenizerOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Load(paths, new TrainingDataBuilder(tokenizer, options), cancellationToken);
    }

    /// <summary>Reads and tokenizes JSONL files as a host's options say (<c>AddReflectionCoder</c> registers the tokenizer).</summary>
    /// <param name="paths">The files, one data set each.</param>
    /// <param name="tokenizer">Vocabulary, maximum length and marker parsing.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="DataFormatException">A line breaks the format; it is named.</exception>
    /// <exception cref="TrainingDataException">A line can't be tokenized; it is named.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static TrainingData Load(IEnumerable<string> paths, SampleTokenizer tokenizer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return Load(paths, new TrainingDataBuilder(tokenizer), cancellationToken);
    }

    private static TrainingData Load(IEnumerable<string> paths, TrainingDataBuilder builder, CancellationToken cancellationToken)
    {
        int dataset = 0;
        foreach (string path in paths)
        {
            foreach (NumberedConversation numbered in SequenceReader.ReadNumbered(path))
            {
                cancellationToken.ThrowIfCancellationRequested();
                builder.Add(numbered.Conversation, path, (int)numbered.Line, dataset);
            }

            dataset++;
        }

        return builder.Build();
    }

    /// <summary>Tokenizes conversations that come from no file.</summary>
    /// <param name="conversations">The conversations.</param>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="options">Maximum length and marker parsing; null for the defaults.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="TrainingDataException">A conversation can't be tokenized; its number is named.</exception>
    public static TrainingData FromConversations(
        IEnumerable<Conversation> conversations,
        CodeTokenizer tokenizer,
        SampleTokenizerOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(conversations);
        return FromConversations(conversations, new TrainingDataBuilder(tokenizer, options));
    }

    /// <summary>Tokenizes conversations that come from no file as a host's options say.</summary>
    /// <param name="conversations">The conversations.</param>
    /// <param name="tokenizer">Vocabulary, maximum length and marker parsing.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="TrainingDataException">A conversation can't be tokenized; its number is named.</exception>
    public static TrainingData FromConversations(IEnumerable<Conversation> conversations, SampleTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return FromConversations(conversations, new TrainingDataBuilder(tokenizer));
    }

    private static TrainingData FromConversations(IEnumerable<Conversation> conversations, TrainingDataBuilder builder)
    {
        int number = 0;
        foreach (Conversation conversation in conversations)
        {
            builder.Add(conversation, "", ++number, 0);
        }

        return builder.Build();
    }

    /// <summary>The first samples alone.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>Those samples.</returns>
    public TrainingData Take(int count) => new([.. Samples.Take(count)], Overlong);

    private string ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TrainingSample sample in Samples)
        {
            TokenizedSample tokens = sample.Tokens;
            hash.AppendData(BitConverter.GetBytes(tokens.Length));
            hash.AppendData(BitConverter.GetBytes((int)tokens.Type));
            hash.AppendData(BitConverter.GetBytes(sample.Dataset));
            hash.AppendData(MemoryMarshal.AsBytes<int>(tokens.InputIds));
            hash.AppendData(MemoryMarshal.AsBytes<int>(tokens.Labels));
            hash.AppendData(MemoryMarshal.AsBytes<int>(tokens.DistillationLabels));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
