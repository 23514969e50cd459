using System.Text;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>
/// Renders conversations and turns them into labelled token ids (paper section 3.1, the reference's processor). Thread-safe.
/// </summary>
public sealed class SampleTokenizer
{
    private readonly SampleTokenizerOptions options;

    /// <summary>Creates one.</summary>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public SampleTokenizer(CodeTokenizer tokenizer, SampleTokenizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        this.options = (options ?? new SampleTokenizerOptions()) with { };
        this.options.Validate();
        Tokenizer = tokenizer;
    }

    /// <summary>The vocabulary.</summary>
    public CodeTokenizer Tokenizer { get; }

    /// <summary>How; a copy.</summary>
    public SampleTokenizerOptions Options => options with { };

    /// <summary>The conversation as one string: role marker, typed blocks, end markers; without bos and eos.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <returns>The string.</returns>
    public static string Render(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        StringBuilder text = new();
        foreach (Message message in conversation.Messages)
        {
            text.Append(Markers.Of(message.Role));
            foreach (Block block in message.Content)
            {
                text.Append(Markers.Of(block.Type)).Append(block.Content).Append(Markers.EndOfBlock);
            }

            text.Append(Markers.EndOfMessage);
        }

        return text.ToString();
    }

    /// <summary>Tokenizes one conversation.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <returns>The sample; null when it is longer than <see cref="SampleTokenizerOptions.MaxLength"/>.</returns>
    /// <exception cref="SampleFormatException">
    /// It lacks a user or an assistant message, or a text holds half of a surrogate pair.
    /// </exception>
    public TokenizedSample? Tokenize(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        return options.MarkerParsing == MarkerParsing.Reference ? TokenizeRendered(conversation) : TokenizeStructure(conversation);
    }

    /// <summary>Labels ids in which the markers decide what is a message and what a block, as the reference does.</summary>
    /// <param name="inputIds">A sample's ids, bos and eos included.</param>
    /// <param name="type">How it is trained.</param>
    /// <returns>The sample.</returns>
    /// <exception cref="SampleFormatException">It lacks a user or an assistant message.</exception>
    internal TokenizedSample Label(int[] inputIds, SampleType type)
    {
        MarkerIds markers = Tokenizer.MarkerIds;
        int[] labels = SampleLabels.Supervise(inputIds);

        // Before execution blocks lose their labels: the student learns those of the final answer.
        int lastUser = SampleLabels.FindLastUser(labels, markers);
        int[] distillation = SampleLabels.Distil(labels, markers);
        SampleLabels.Ignore(inputIds, labels, markers);
        SampleStructure structure = SampleStructure.Find(inputIds, markers);
        return new TokenizedSample
        {
            InputIds = inputIds,
            Labels = labels,
            DistillationLabels = distillation,
            Type = type,
            Spans = structure.Spans,
            ReflectionStart = structure.ReflectionStart,
            ReflectionEnd = structure.ReflectionEnd,
            LastUserStart = lastUser,
        };
    }

    /// <summary>
    /// Ids that ask for an answer in one go: bos, the instruction as a user message of one text block, and the opening of the
    /// assistant's text block (the reference's test prompts).
    /// </summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="answerPrefix">What the answer starts with, such as <c>```python\n</c>; empty for nothing.</param>
    /// <returns>The ids; generation goes on from them until <c>&lt;|endofblock|&gt;</c>, <c>&lt;|endofmessage|&gt;</c> or eos.</returns>
    /// <exception cref="SampleFormatException">A text holds half of a surrogate pair.</exception>
    public int[] EncodePrompt(string instruction, string answerPrefix = "")
    {
        ArgumentNullException.ThrowIfNull(instruction);
        return EncodePrompt([new Message(MessageRole.User, [new Block(BlockType.Text, instruction)])], BlockType.Text, answerPrefix);
    }

    /// <summary>
    /// Ids that ask for the next assistant message of a conversation: bos, the messages in the training template, and the opening of the
    /// answer.
    /// </summary>
    /// <param name="messages">The messages so far.</param>
    /// <param name="answerBlock">
    /// The block that is opened for the answer; null opens none: the answer brings its own, until <c>&lt;|endofmessage|&gt;</c>.
    /// </param>
    /// <param name="answerPrefix">What that block starts with; empty for nothing.</param>
    /// <returns>The ids.</returns>
    /// <exception cref="ArgumentException">There is a prefix, but no block for it.</exception>
    /// <exception cref="SampleFormatException">A text holds half of a surrogate pair.</exception>
    public int[] EncodePrompt(IReadOnlyList<Message> messages, BlockType? answerBlock, string answerPrefix = "")
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(answerPrefix);
        if (answerBlock is null && answerPrefix.Length > 0)
        {
            throw new ArgumentException("An answer that opens its own blocks can't be given a prefix.", nameof(answerPrefix));
        }

        SampleRenderer renderer = new(Tokenizer);
        renderer.Add(messages);
        List<int> ids = renderer.Ids;
        ids.Add(Tokenizer.MarkerIds.Assistant);
        if (answerBlock is { } type)
        {
            ids.Add(Tokenizer.MarkerIds.Of(type));
            Tokenizer.EncodeText(answerPrefix, ids);
        }

        return [.. ids];
    }

    private TokenizedSample? TokenizeStructure(Conversation conversation)
    {
        SampleRenderer renderer = new(Tokenizer);
        renderer.Add(conversation.Messages);
        renderer.End();
        return renderer.Ids.Count <= options.MaxLength ? renderer.Complete(conversation.Type) : null;
    }

    /// <summary>As the reference does: what is a marker is for the tokenizer to say, in contents too.</summary>
    private TokenizedSample? TokenizeRendered(Conversation conversation)
    {
        int[] ids = [Tokenizer.BosTokenId, .. Tokenizer.EncodeWithSpecialTokens(Render(conversation)), Tokenizer.EosTokenId];
        return ids.Length <= options.MaxLength ? Label(ids, conversation.Type) : null;
    }
}
