using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tokenization.Samples;

/// <summary>Renders the messages of one sample or prompt as ids, and notes where each message and block is.</summary>
internal sealed class SampleRenderer
{
    private readonly CodeTokenizer tokenizer;
    private readonly MarkerIds markers;
    private readonly List<int> ids;
    private readonly List<TokenSpan> spans = [];
    private readonly List<Range> unsupervised;
    private int messages;
    private int reflectionStart = -1;
    private int reflectionEnd = -1;
    private int lastUser = -1;
    private int lastAssistant = -1;

    /// <summary>Starts with bos.</summary>
    public SampleRenderer(CodeTokenizer tokenizer)
    {
        this.tokenizer = tokenizer;
        markers = tokenizer.MarkerIds;
        ids = [tokenizer.BosTokenId];
        unsupervised = [new Range(0, 1)]; // bos
    }

    /// <summary>The ids so far.</summary>
    public List<int> Ids => ids;

    /// <summary>Adds messages.</summary>
    /// <exception cref="SampleFormatException">A text can't be encoded; the message names the block.</exception>
    public void Add(IReadOnlyList<Message> added)
    {
        foreach (Message message in added)
        {
            Add(message);
        }
    }

    /// <summary>Adds eos.</summary>
    public void End() => ids.Add(tokenizer.EosTokenId);

    /// <summary>Makes the sample with its labels. Call <see cref="End"/> before.</summary>
    /// <exception cref="SampleFormatException">It lacks a user or an assistant message.</exception>
    public TokenizedSample Complete(SampleType type)
    {
        int user = SampleLabels.RequireUser(lastUser);
        int[] inputIds = [.. ids];
        int[] labels = [.. ids];
        foreach (Range range in unsupervised)
        {
            labels.AsSpan(range).Fill(TokenizedSample.IgnoreIndex);
        }

        return new TokenizedSample
        {
            InputIds = inputIds,
            Labels = labels,
            DistillationLabels = SampleLabels.Distil(inputIds, SampleLabels.RequireAssistant(lastAssistant)),
            Type = type,
            Spans = spans,
            ReflectionStart = reflectionStart,
            ReflectionEnd = reflectionEnd,
            LastUserStart = user,
        };
    }

    private void Add(Message message)
    {
        int start = ids.Count;
        ids.Add(markers.Of(message.Role));
        for (int b = 0; b < message.Content.Count; b++)
        {
            Add(message.Role, message.Content[b], b);
        }

        ids.Add(markers.EndOfMessage);
        if (message.Role == MessageRole.User)
        {
            lastUser = start;
            unsupervised.Add(start..ids.Count);
        }
        else
        {
            lastAssistant = start;
            if (reflectionStart < 0)
            {
                (reflectionStart, reflectionEnd) = (start + 1, ids.Count - 1);
            }
        }

        messages++;
    }

    private void Add(MessageRole role, Block block, int index)
    {
        int start = ids.Count;
        ids.Add(markers.Of(block.Type));
        try
        {
            tokenizer.EncodeText(block.Content, ids);
        }
        catch (SampleFormatException exception)
        {
            throw new SampleFormatException(
                $"'messages[{messages}].content[{index}].content': {exception.Message}",
                exception.Position,
                exception
            );
        }

        ids.Add(markers.EndOfBlock);
        spans.Add(new TokenSpan(messages, role, block.Type, start, ids.Count - start));
        if (block.Type == BlockType.Execution)
        {
            unsupervised.Add(start..ids.Count);
        }
    }
}
