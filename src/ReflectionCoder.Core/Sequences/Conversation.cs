namespace ReflectionCoder.Sequences;

/// <summary>Who wrote a <see cref="Message"/>.</summary>
public enum MessageRole
{
    /// <summary>The user, who gives instructions. User messages carry no labels: the model isn't trained to write them.</summary>
    User,

    /// <summary>The model. Assistant messages carry labels, except for their execution blocks.</summary>
    Assistant,
}

/// <summary>What a <see cref="Block"/> holds (paper section 3.1).</summary>
public enum BlockType
{
    /// <summary>Natural language, such as an instruction or an analysis.</summary>
    Text,

    /// <summary>The source of a program.</summary>
    Code,

    /// <summary>What the program printed. It carries no labels, because the model shall not learn to invent output.</summary>
    Execution,
}

/// <summary>How a sample is trained on.</summary>
public enum SampleType
{
    /// <summary>An instruction and its answer; the loss is cross entropy alone.</summary>
    Generation,

    /// <summary>A reflection sequence and a final answer; the loss is cross entropy and distillation.</summary>
    Reflection,
}

/// <summary>A piece of a message that has a type. Immutable.</summary>
/// <param name="Type">What the block holds.</param>
/// <param name="Content">The block's text, without markers; may be empty.</param>
public sealed record Block(BlockType Type, string Content);

/// <summary>One turn of a conversation. Two messages are equal only if they share the same list of blocks.</summary>
/// <param name="Role">Who wrote the message.</param>
/// <param name="Content">The message's blocks in order; may be empty.</param>
public sealed record Message(MessageRole Role, IReadOnlyList<Block> Content);

/// <summary>
/// One training sample, as in the published ReflectionSeq data sets. In a file it is one line with a JSON object:
/// <c>{"messages":[{"role":…,"content":[{"type":…,"content":…}]}],"type":"generation|reflection"}</c>, with two optional fields of ours
/// behind: <c>weight</c> and <c>metadata</c>. Either may be null, which counts as absent.
/// </summary>
/// <remarks>
/// A sample of type reflection has four messages: user (reflection instruction), assistant (reflection sequence), user (instruction to
/// answer again), assistant (final code).
/// </remarks>
/// <param name="Messages">The messages in order.</param>
/// <param name="Type">How the sample is trained on.</param>
public sealed record Conversation(IReadOnlyList<Message> Messages, SampleType Type)
{
    /// <summary>
    /// Multiplies the distillation terms of this sample; 0 or more and finite. In a file it is the optional number <c>weight</c>, which is
    /// left out at the default value 1. Cross entropy isn't weighted, and the divisor of the mean stays the count of distilled positions.
    /// A sample of type <see cref="SampleType.Generation"/> has no distillation terms, so its weight has no effect.
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

    /// <summary>Where the sample comes from. The default value is null: the line has no object <c>metadata</c>.</summary>
    public SampleMetadata? Metadata { get; init; }
}
