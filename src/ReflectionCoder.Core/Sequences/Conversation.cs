namespace ReflectionCoder.Sequences;

/// <summary>Who speaks in a <see cref="Message"/>.</summary>
public enum MessageRole
{
    /// <summary>The instruction side; never supervised.</summary>
    User,

    /// <summary>The model side; supervised except for execution blocks.</summary>
    Assistant,
}

/// <summary>What a <see cref="Block"/> holds (paper section 3.1).</summary>
public enum BlockType
{
    /// <summary>Natural language: analysis or instruction.</summary>
    Text,

    /// <summary>Program source.</summary>
    Code,

    /// <summary>What the program printed; never supervised.</summary>
    Execution,
}

/// <summary>How a sample is trained.</summary>
public enum SampleType
{
    /// <summary>Plain instruction data, trained with cross entropy alone.</summary>
    Generation,

    /// <summary>A reflection sequence, trained with cross entropy and distillation.</summary>
    Reflection,
}

/// <summary>One typed piece of a message.</summary>
/// <param name="Type">What the block holds.</param>
/// <param name="Content">Its text; may be empty.</param>
public sealed record Block(BlockType Type, string Content);

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Content">The blocks in order; may be empty.</param>
public sealed record Message(MessageRole Role, IReadOnlyList<Block> Content);

/// <summary>
/// One training sample as the published ReflectionSeq data sets hold it, a JSON object a line:
/// <c>{"messages":[{"role":…,"content":[{"type":…,"content":…}]}],"type":"generation|reflection"}</c>.
/// </summary>
/// <remarks>
/// A reflection sample is four messages: user (reflection instruction), assistant (reflection sequence),
/// user (re-answer instruction), assistant (final code).
/// </remarks>
/// <param name="Messages">The turns in order.</param>
/// <param name="Type">How the sample is trained.</param>
public sealed record Conversation(IReadOnlyList<Message> Messages, SampleType Type);
