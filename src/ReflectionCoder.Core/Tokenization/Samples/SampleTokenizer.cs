using System.Text;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>
/// Turns conversations into token ids with labels (paper section 3.1), as the paper's reference code does. Immutable and thread-safe.
/// </summary>
public sealed class SampleTokenizer
{
    private readonly SampleTokenizerOptions options;

    /// <summary>Creates a sample tokenizer.</summary>
    /// <param name="tokenizer">Encodes the texts.</param>
    /// <param name="options">How conversations are tokenized; copied. Null for the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public SampleTokenizer(CodeTokenizer tokenizer, SampleTokenizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        this.options = (options ?? new SampleTokenizerOptions()) with { };
        this.options.Validate();
        Tokenizer = tokenizer;
    }

    /// <summary>The tokenizer that encodes the texts.</summary>
    public CodeTokenizer Tokenizer { get; }

    /// <summary>A copy of the options.</summary>
    public SampleTokenizerOptions Options => options with { };

    /// <summary>Renders a conversation as one string: its messages and blocks between their markers, without bos and eos.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <returns>The rendered conversation.</returns>
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
    /// <returns>The sample; null if it is longer than <see cref="SampleTokenizerOptions.MaxLength"/>.</returns>
    /// <exception cref="SampleFormatException">
    /// The conversation has no user message or no assistant message, or a text can't be encoded (it holds half of a surrogate pair).
    /// </exception>
    public TokenizedSample? Tokenize(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        TokenizedSample? sample =
            options.MarkerParsing == MarkerParsing.Reference ? TokenizeRendered(conversation) : TokenizeStructure(conversation);
        return sample is null || conversation.Weight == 1 ? sample : sample with { Weight = conversation.Weight };
    }

    /// <summary>Labels ids in which every marker token counts as a marker, as in the paper's reference code.</summary>
    /// <param name="inputIds">The sample's ids, including bos and eos.</param>
    /// <param name="type">How the sample is trained on.</param>
    /// <returns>The sample.</returns>
    /// <exception cref="SampleFormatException">There is no user message or no assistant message.</exception>
    internal TokenizedSample Label(int[] inputIds, SampleType type)
    {
        MarkerIds markers = Tokenizer.MarkerIds;
        int[] labels = SampleLabels.Supervise(inputIds);

        // The student's labels are taken before execution blocks lose theirs, because the reference keeps them in the final answer.
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
    /// Encodes a prompt that asks for a one-off answer, as the paper's evaluation does: bos, the instruction as a user message with one
    /// text block, and the markers that open the assistant's text block.
    /// </summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="answerPrefix">
    /// The text that the answer must start with, such as <c>```python\n</c>. The default value is empty.
    /// </param>
    /// <returns>
    /// The prompt's ids. The model continues them until <c>&lt;|endofblock|&gt;</c>, <c>&lt;|endofmessage|&gt;</c> or eos.
    /// </returns>
    /// <exception cref="SampleFormatException">A text can't be encoded: it holds half of a surrogate pair.</exception>
    public int[] EncodePrompt(string instruction, string answerPrefix = "")
    {
        ArgumentNullException.ThrowIfNull(instruction);
        return EncodePrompt([new Message(MessageRole.User, [new Block(BlockType.Text, instruction)])], BlockType.Text, answerPrefix);
    }

    /// <summary>
    /// Encodes a prompt that asks for the next assistant message of a conversation: bos, the messages in the training format, and the
    /// markers that open the answer.
    /// </summary>
    /// <param name="messages">The messages so far, in order.</param>
    /// <param name="answerBlock">
    /// The type of the block that is opened for the answer. Null opens no block: the model writes its own blocks, until
    /// <c>&lt;|endofmessage|&gt;</c>.
    /// </param>
    /// <param name="answerPrefix">The text that the opened block must start with. The default value is empty.</param>
    /// <returns>The prompt's ids.</returns>
    /// <exception cref="ArgumentException">There is a prefix, but <paramref name="answerBlock"/> is null.</exception>
    /// <exception cref="SampleFormatException">A text can't be encoded: it holds half of a surrogate pair.</exception>
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

    /// <summary>Encodes the rendered string, so that a marker's text inside a content becomes a marker, as in the reference.</summary>
    private TokenizedSample? TokenizeRendered(Conversation conversation)
    {
        int[] ids = [Tokenizer.BosTokenId, .. Tokenizer.EncodeWithSpecialTokens(Render(conversation)), Tokenizer.EosTokenId];
        return ids.Length <= options.MaxLength ? Label(ids, conversation.Type) : null;
    }
}
