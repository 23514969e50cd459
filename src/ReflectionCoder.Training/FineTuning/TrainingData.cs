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
/// <param name="Path">Its file; empty if it came from no file.</param>
/// <param name="Line">
/// Its line in the file, from 1; without a file its number among the samples, from 1. 0 where the path alone names the sample.
/// </param>
/// <param name="Dataset">Index of its file, from 0. The default value is 0.</param>
public sealed record TrainingSample(TokenizedSample Tokens, string Path, int Line, int Dataset = 0)
{
    /// <summary>Where it came from, for messages: <c>file:line</c>, or <c>sample N</c> without a file.</summary>
    public string Source => TrainingDataBuilder.Source(Path, Line);
}

/// <summary>A sample that was left out because it is longer than the maximum.</summary>
/// <param name="Source">Where it came from: <c>file:line</c>, or <c>sample N</c> without a file.</param>
/// <param name="Length">Its length in tokens.</param>
public sealed record OverlongSample(string Source, int Length);

/// <summary>Tokenized samples in memory. Immutable and thread-safe.</summary>
public sealed class TrainingData
{
    private readonly Lazy<string> fingerprint;

    /// <summary>Takes samples that are tokenized already.</summary>
    /// <param name="samples">The samples, in order. The list isn't copied; don't change it afterwards.</param>
    /// <param name="overlong">The samples that were left out. The default value is null: none.</param>
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

    /// <summary>Length, type and data set of each sample, in order: what a sampler is told.</summary>
    public IReadOnlyList<SampleInfo> Infos { get; }

    /// <summary>
    /// SHA-256 over the samples' token ids, labels, types, data sets and weights, in order, as lower-case hexadecimal digits. File names
    /// and metadata don't count. A resumed run must have the same.
    /// </summary>
    public string Fingerprint => fingerprint.Value;

    /// <summary>Reads and tokenizes JSONL files.</summary>
    /// <param name="paths">The files, one data set each.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="options">Maximum length and how markers are read. The default value is null: the default options.</param>
    /// <param name="cancellationToken">Stops reading before the next line.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="DataFormatException">A line breaks the format; the message names it.</exception>
    /// <exception cref="TrainingDataException">A line can't be tokenized; the message names it.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
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

    /// <summary>
    /// Reads and tokenizes JSONL files with a sample tokenizer and its options. <c>AddReflectionCoder</c> registers one with the host's
    /// options.
    /// </summary>
    /// <param name="paths">The files, one data set each.</param>
    /// <param name="tokenizer">The tokenizer, with maximum length and how markers are read.</param>
    /// <param name="cancellationToken">Stops reading before the next line.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="DataFormatException">A line breaks the format; the message names it.</exception>
    /// <exception cref="TrainingDataException">A line can't be tokenized; the message names it.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
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
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="options">Maximum length and how markers are read. The default value is null: the default options.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="TrainingDataException">A conversation can't be tokenized; the message names its number.</exception>
    public static TrainingData FromConversations(
        IEnumerable<Conversation> conversations,
        CodeTokenizer tokenizer,
        SampleTokenizerOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(conversations);
        return FromConversations(conversations, new TrainingDataBuilder(tokenizer, options));
    }

    /// <summary>Tokenizes conversations that come from no file, with a sample tokenizer and its options.</summary>
    /// <param name="conversations">The conversations.</param>
    /// <param name="tokenizer">The tokenizer, with maximum length and how markers are read.</param>
    /// <returns>The samples, in order.</returns>
    /// <exception cref="TrainingDataException">A conversation can't be tokenized; the message names its number.</exception>
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

    /// <summary>Gives only the first samples.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>New data with those samples; <see cref="Overlong"/> stays as it is.</returns>
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

        if (Samples.Any(sample => sample.Tokens.Weight != 1))
        {
            // Only here, so that checkpoints from before there were weights still fit. No sample has a length of -1.
            hash.AppendData(BitConverter.GetBytes(-1));
            hash.AppendData(MemoryMarshal.AsBytes<double>(Samples.Select(sample => sample.Tokens.Weight).ToArray()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
