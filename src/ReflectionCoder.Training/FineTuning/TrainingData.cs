using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ReflectionCoder.Batching;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning;

/// <summary>A sample and where it came from.</summary>
/// <param name="Tokens">The sample.</param>
/// <param name="Path">Its file; empty where it came from no file.</param>
/// <param name="Line">Its line, from 1; its number where it came from no file.</param>
/// <param name="Dataset">Index of its file, from 0.</param>
public sealed record TrainingSample(TokenizedSample Tokens, string Path, int Line, int Dataset = 0)
{
    /// <summary>Where it came from, for messages: <c>file:line</c>.</summary>
    public string Source => Path.Length > 0 ? $"{Path}:{Line}" : $"sample {Line}";
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

    /// <summary>Tokenizes conversations.</summary>
    /// <param name="conversations">The conversations.</param>
    /// <param name="tokenizer">Turns them into samples.</param>
    /// <returns>The samples.</returns>
    public static TrainingData FromConversations(IEnumerable<Conversation> conversations, SampleTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Builder builder = new(tokenizer);
        foreach (Conversation conversation in conversations)
        {
            builder.Add(conversation, "", builder.Count + 1, 0);
        }

        return builder.Build();
    }

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

    private sealed class Builder(SampleTokenizer tokenizer)
    {
    }
}
