using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>A run of tokens of one block, its type marker and end marker included.</summary>
/// <param name="Message">Index of the message in the conversation, from 0.</param>
/// <param name="Role">The message's role.</param>
/// <param name="Type">
/// The block's type; null for a run that has an end marker but no type marker, which only <see cref="MarkerParsing.Reference"/> makes.
/// </param>
/// <param name="Start">Index of the block's first token (its type marker) in <see cref="TokenizedSample.InputIds"/>.</param>
/// <param name="Length">Number of tokens.</param>
public readonly record struct TokenSpan(int Message, MessageRole Role, BlockType? Type, int Start, int Length);

/// <summary>A conversation as token ids with its labels, T tokens long, bos and eos included.</summary>
/// <remarks>Labels are not shifted: the logit at position p predicts the label at p + 1. Instances are immutable by convention.</remarks>
public sealed record TokenizedSample
{
    /// <summary>The label that carries no supervision.</summary>
    public const int IgnoreIndex = -100;

    /// <summary>Token ids, [T].</summary>
    public required int[] InputIds { get; init; }

    /// <summary>Teacher labels, [T]: -100 on bos, user messages and execution blocks with their end markers.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Student labels, [T]: the ids from the last <c>&lt;|assistant|&gt;</c> to the token before eos, -100 elsewhere.</summary>
    public required int[] DistillationLabels { get; init; }

    /// <summary>How the sample is trained.</summary>
    public required SampleType Type { get; init; }

    /// <summary>The blocks in order.</summary>
    public required IReadOnlyList<TokenSpan> Spans { get; init; }

    /// <summary>
    /// First token after the first <c>&lt;|assistant|&gt;</c>: where the reflection sequence starts. -1 where there is none.
    /// </summary>
    public required int ReflectionStart { get; init; }

    /// <summary>
    /// Index of the first assistant message's <c>&lt;|endofmessage|&gt;</c>: one past the reflection sequence. -1 where there is none.
    /// </summary>
    public required int ReflectionEnd { get; init; }

    /// <summary>
    /// Index of the last <c>&lt;|user|&gt;</c>; -1 where there is none. The reference calls what starts here <c>distillation_mask</c>
    /// and never uses it.
    /// </summary>
    internal int LastUserStart { get; init; } = -1;

    /// <summary>Number of tokens T.</summary>
    public int Length => InputIds.Length;
}
