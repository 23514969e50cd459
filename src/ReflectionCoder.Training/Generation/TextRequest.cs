using ReflectionCoder.Sequences;

namespace ReflectionCoder.Generation;

/// <summary>An assistant message that is asked for.</summary>
/// <param name="Messages">The conversation so far, rendered as in training.</param>
public sealed record TextRequest(IReadOnlyList<Message> Messages)
{
    /// <summary>
    /// The block that is opened for the answer, and that ends it: the paper's one-off answer is one text block, the default. Null opens
    /// none: the answer brings its own blocks, text, code or execution, until the message ends.
    /// </summary>
    public BlockType? AnswerBlock { get; init; } = BlockType.Text;

    /// <summary>What that block is made to start with, such as <c>```python\n</c>. The default value is empty.</summary>
    public string AnswerPrefix { get; init; } = "";

    /// <summary>
    /// How to choose and when to stop; null, the default, takes the generator's. <see cref="GenerationOptions.BatchSize"/> is always the
    /// generator's.
    /// </summary>
    public GenerationOptions? Options { get; init; }

    /// <summary>
    /// Decides the samples together with <see cref="GenerationOptions.Seed"/>; answers to one prompt need different ones. Null, the
    /// default, counts the generator's requests without an index, from 0.
    /// </summary>
    public long? Index { get; init; }

    /// <summary>The paper's prompt: one user message with the instruction, answered in one go.</summary>
    /// <param name="instruction">The instruction, without markers.</param>
    /// <param name="answerPrefix">What the answer is made to start with; empty for nothing.</param>
    /// <returns>The request.</returns>
    public static TextRequest OneOff(string instruction, string answerPrefix = "")
    {
        ArgumentNullException.ThrowIfNull(instruction);
        ArgumentNullException.ThrowIfNull(answerPrefix);
        return new([new Message(MessageRole.User, [new Block(BlockType.Text, instruction)])]) { AnswerPrefix = answerPrefix };
    }
}
