using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>Where a block's tokens are in a sample, including its type marker and end marker.</summary>
/// <param name="Message">Index of the message in the conversation, from 0.</param>
/// <param name="Role">Role of the message.</param>
/// <param name="Type">
/// Type of the block; null if it has an end marker but no type marker, which happens only with <see cref="MarkerParsing.Reference"/>.
/// </param>
/// <param name="Start">Index of the block's first token (its type marker) in <see cref="TokenizedSample.InputIds"/>.</param>
/// <param name="Length">Number of tokens, at least 1.</param>
public readonly record struct TokenSpan(int Message, MessageRole Role, BlockType? Type, int Start, int Length);

/// <summary>A conversation as T token ids with labels, including bos and eos.</summary>
/// <remarks>
/// Labels are not shifted, as in Hugging Face's models: the logits at position p predict the label at position p + 1. Don't change the
/// arrays: samples are shared.
/// </remarks>
public sealed record TokenizedSample
{
    /// <summary>The label of a token that the loss ignores, as in PyTorch's <c>ignore_index</c>: -100.</summary>
    public const int IgnoreIndex = -100;

    /// <summary>Token ids, [T].</summary>
    public required int[] InputIds { get; init; }

    /// <summary>
    /// Teacher labels, [T]: the ids, but <see cref="IgnoreIndex"/> for bos, user messages and execution blocks with their end markers.
    /// </summary>
    public required int[] Labels { get; init; }

    /// <summary>
    /// Student labels, [T]: the ids from the last <c>&lt;|assistant|&gt;</c> to the token before eos, <see cref="IgnoreIndex"/> elsewhere.
    /// </summary>
    public required int[] DistillationLabels { get; init; }

    /// <summary>How the sample is trained on.</summary>
    public required SampleType Type { get; init; }

    /// <summary>
    /// Multiplies the distillation terms of the sample; 0 or more and finite. The default value is 1. See
    /// <see cref="Conversation.Weight"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, infinite or not a number.</exception>
    public double Weight
    {
        get;
        init =>
            field =
                double.IsFinite(value) && value >= 0
                    ? value
                    : throw new ArgumentOutOfRangeException(nameof(value), value, "The weight of a sample must be 0 or more, and finite.");
    } = 1;

    /// <summary>Where each block is, in order.</summary>
    public required IReadOnlyList<TokenSpan> Spans { get; init; }

    /// <summary>
    /// Index where the reflection sequence starts: that of the token after the first <c>&lt;|assistant|&gt;</c>. -1 if there is none.
    /// </summary>
    public required int ReflectionStart { get; init; }

    /// <summary>
    /// Index behind the reflection sequence: that of the first assistant message's <c>&lt;|endofmessage|&gt;</c>. -1 if there is none.
    /// </summary>
    public required int ReflectionEnd { get; init; }

    /// <summary>
    /// Index of the last <c>&lt;|user|&gt;</c>; -1 if there is none. The reference computes a <c>distillation_mask</c> from here on, which
    /// it never uses; tests compare it.
    /// </summary>
    internal int LastUserStart { get; init; } = -1;

    /// <summary>The number of tokens, T.</summary>
    public int Length => InputIds.Length;
}
