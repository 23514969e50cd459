using ReflectionCoder.Sequences;

namespace ReflectionCoder.Generation;

/// <summary>A conversation, and how its next assistant message is to be written.</summary>
/// <param name="Messages">The conversation so far. The prompt is made of it with the template of training.</param>
public sealed record TextRequest(IReadOnlyList<Message> Messages)
{
    /// <summary>
    /// The type of the block that the prompt opens for the answer; the answer ends with this block. With null no block is opened: the model
    /// writes blocks of its own, text, code or execution, until the message ends. The default value is <see cref="BlockType.Text"/>: one
    /// text block, as the paper's evaluation has it.
    /// </summary>
    public BlockType? AnswerBlock { get; init; } = BlockType.Text;

    /// <summary>
    /// The beginning of that block, which the model continues, such as <c>```python\n</c>. Must be empty where <see cref="AnswerBlock"/> is
    /// null. The default value is empty.
    /// </summary>
    public string AnswerPrefix { get; init; } = "";

    /// <summary>
    /// How tokens are chosen and when generation stops; <see cref="GenerationOptions.BatchSize"/> has no effect here. The default value is
    /// null: the generator's options.
    /// </summary>
    public GenerationOptions? Options { get; init; }

    /// <summary>
    /// Number that decides, together with <see cref="GenerationOptions.Seed"/>, what is drawn. To get different answers to the same prompt,
    /// give each request another index. The default value is null: the generator numbers requests without an index itself, from 0.
    /// </summary>
    public long? Index { get; init; }

    /// <summary>Makes the request of the paper's one-off generation: one user message, answered with one text block.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">The beginning of the answer, which the model continues. The default value is empty.</param>
    /// <returns>The request.</returns>
    public static TextRequest OneOff(string instruction, string answerPrefix = "")
    {
        ArgumentNullException.ThrowIfNull(instruction);
        ArgumentNullException.ThrowIfNull(answerPrefix);
        return new([new Message(MessageRole.User, [new Block(BlockType.Text, instruction)])]) { AnswerPrefix = answerPrefix };
    }
}
