using ReflectionCoder.Configuration;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Tokenization;

public sealed class SampleTokenizerTests
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();
    private static readonly SampleTokenizer Samples = new(Tokenizer);
    private static readonly MarkerIds Ids = Tokenizer.MarkerIds;

    private static readonly Conversation Reflection = new(
        [
            new Message(MessageRole.User, [new Block(BlockType.Text, "q")]),
            new Message(
                MessageRole.Assistant,
                [new Block(BlockType.Text, "t"), new Block(BlockType.Code, "cc"), new Block(BlockType.Execution, "e")]
            ),
            new Message(MessageRole.User, [new Block(BlockType.Text, "again")]),
            new Message(MessageRole.Assistant, [new Block(BlockType.Text, "a")]),
        ],
        SampleType.Reflection
    );

    private static readonly Conversation OneOff = new([Reflection.Messages[2], Reflection.Messages[3]], SampleType.Generation);

    [Fact]
    public void Tokenize_ReflectionSample_HasTheTemplateLabelsAndSpans()
    {
        TokenizedSample sample = Samples.Tokenize(Reflection)!;
        const string Text =
            "<|bos|><|user|><|text|>q<|endofblock|><|endofmessage|>"
            + "<|assistant|><|text|>t<|endofblock|><|code|>cc<|endofblock|><|execution|>e<|endofblock|><|endofmessage|>"
            + "<|user|><|text|>again<|endofblock|><|endofmessage|><|assistant|><|text|>a<|endofblock|><|endofmessage|><|eos|>";
        Assert.Equal(Text, Tokenizer.Decode(sample.InputIds));
        Assert.Equal(Text["<|bos|>".Length..^"<|eos|>".Length], SampleTokenizer.Render(Reflection));
        Assert.Equal(
            "<|assistant|><|text|>t<|endofblock|><|code|>cc<|endofblock|><|endofmessage|>"
                + "<|assistant|><|text|>a<|endofblock|><|endofmessage|><|eos|>",
            Tokenizer.Decode(sample.Labels.Where(label => label != TokenizedSample.IgnoreIndex))
        );
        Assert.Equal(
            "<|assistant|><|text|>a<|endofblock|><|endofmessage|>",
            Tokenizer.Decode(sample.DistillationLabels.Where(label => label != TokenizedSample.IgnoreIndex))
        );
        Assert.Equal(
            [
                (0, MessageRole.User, BlockType.Text, "<|text|>q<|endofblock|>"),
                (1, MessageRole.Assistant, BlockType.Text, "<|text|>t<|endofblock|>"),
                (1, MessageRole.Assistant, BlockType.Code, "<|code|>cc<|endofblock|>"),
                (1, MessageRole.Assistant, BlockType.Execution, "<|execution|>e<|endofblock|>"),
                (2, MessageRole.User, BlockType.Text, "<|text|>again<|endofblock|>"),
                (3, MessageRole.Assistant, BlockType.Text, "<|text|>a<|endofblock|>"),
            ],
            sample.Spans.Select(span =>
                (span.Message, span.Role, span.Type!.Value, Tokenizer.Decode(sample.InputIds[span.Start..(span.Start + span.Length)]))
            )
        );
        Assert.Equal(Ids.Assistant, sample.InputIds[sample.ReflectionStart - 1]);
        Assert.Equal(Ids.EndOfMessage, sample.InputIds[sample.ReflectionEnd]);
        Assert.Equal(Ids.User, sample.InputIds[sample.LastUserStart]);
        Assert.Equal(SampleType.Reflection, sample.Type);
    }

    [Fact]
    public void Tokenize_HostileContent_KeepsTheStructure()
    {
        Random random = new(23);
        for (int i = 0; i < 300; i++)
        {
            Conversation conversation = Complete(RandomConversations.Next(random));
            TokenizedSample sample = Samples.Tokenize(conversation)!;
            Block[] blocks = [.. conversation.Messages.SelectMany(message => message.Content)];
            Assert.Equal(blocks.Length, sample.Spans.Count);
            for (int b = 0; b < blocks.Length; b++)
            {
                TokenSpan span = sample.Spans[b];
                Assert.Equal(blocks[b].Type, span.Type);
                int[] content = sample.InputIds[(span.Start + 1)..(span.Start + span.Length - 1)];
                Assert.DoesNotContain(content, Tokenizer.IsSpecial);
                Assert.Equal(blocks[b].Content, Tokenizer.Decode(content));
            }

            Assert.Equal(conversation.Messages.Count, sample.InputIds.Count(id => id == Ids.EndOfMessage));
            CheckLabels(sample);
        }
    }

    /// <summary>
    /// The reference finds in the ids what we keep while we render: where no content makes a marker, the two are the same.
    /// </summary>
    [Fact]
    public void Tokenize_AnyConversation_EqualsWhatIsFoundInItsIds()
    {
        Random random = new(29);
        for (int i = 0; i < 300; i++)
        {
            Conversation conversation = RandomConversations.Next(random);
            List<Message> messages = [.. conversation.Messages];
            messages.Insert(random.Next(messages.Count + 1), Reflection.Messages[0]);
            messages.Insert(random.Next(messages.Count + 1), Reflection.Messages[3]);
            TokenizedSample rendered = Samples.Tokenize(conversation with { Messages = messages })!;
            TokenizedSample found = Samples.Label([.. rendered.InputIds], conversation.Type);
            Assert.Equal(found.Labels, rendered.Labels);
            Assert.Equal(found.DistillationLabels, rendered.DistillationLabels);
            Assert.Equal(found.Spans, rendered.Spans);
            Assert.Equal(
                (found.Type, found.ReflectionStart, found.ReflectionEnd, found.LastUserStart),
                (rendered.Type, rendered.ReflectionStart, rendered.ReflectionEnd, rendered.LastUserStart)
            );
        }
    }

    [Fact]
    public void Tokenize_PlainContent_IsTheSameInBothParsings()
    {
        SampleTokenizer reference = new(Tokenizer, new SampleTokenizerOptions { MarkerParsing = MarkerParsing.Reference });
        TokenizedSample ours = Samples.Tokenize(Reflection)!;
        TokenizedSample theirs = reference.Tokenize(Reflection)!;
        Assert.Equal(ours.InputIds, theirs.InputIds);
        Assert.Equal(ours.Spans, theirs.Spans);
    }

    [Fact]
    public void Tokenize_MarkerTextInContent_SplitsInReferenceParsingAlone()
    {
        Conversation conversation = Reflection with
        {
            Messages =
            [
                Reflection.Messages[0],
                new Message(MessageRole.Assistant, [new Block(BlockType.Code, "x<|endofblock|>y<|assistant|>")]),
                Reflection.Messages[3],
            ],
        };
        SampleTokenizer reference = new(Tokenizer, new SampleTokenizerOptions { MarkerParsing = MarkerParsing.Reference });
        Assert.Equal([BlockType.Text, BlockType.Code, BlockType.Text], Samples.Tokenize(conversation)!.Spans.Select(span => span.Type));
        Assert.Equal(
            [BlockType.Text, BlockType.Code, null, BlockType.Text],
            reference.Tokenize(conversation)!.Spans.Select(span => span.Type)
        );
    }

    [Fact]
    public void Tokenize_OverLength_IsNull()
    {
        int length = Samples.Tokenize(Reflection)!.Length;
        SampleTokenizer exact = new(Tokenizer, new SampleTokenizerOptions { MaxLength = length });
        SampleTokenizer tight = new(Tokenizer, new SampleTokenizerOptions { MaxLength = length - 1 });
        Assert.NotNull(exact.Tokenize(Reflection));
        Assert.Null(tight.Tokenize(Reflection));
        Assert.Equal(SampleType.Generation, tight.Tokenize(OneOff)!.Type);
    }

    [Fact]
    public void Tokenize_BadConversation_SaysWhat()
    {
        Conversation noAssistant = Reflection with { Messages = [Reflection.Messages[0]] };
        Conversation noUser = Reflection with { Messages = [Reflection.Messages[3]] };
        Conversation broken = Reflection with
        {
            Messages = [Reflection.Messages[0], new Message(MessageRole.Assistant, [new Block(BlockType.Code, "a\ud83d")])],
        };
        Assert.Contains("The sample has no assistant", Failure(noAssistant), StringComparison.Ordinal);
        Assert.Contains("The sample has no user", Failure(noUser), StringComparison.Ordinal);
        Assert.Contains("'messages[1].content[0].content'", Failure(broken), StringComparison.Ordinal);

        string Failure(Conversation bad) => Assert.Throws<SampleFormatException>(() => Samples.Tokenize(bad)).Message;
    }

    [Fact]
    public void Create_MaxLengthTooSmall_Throws() =>
        Assert.Throws<InvalidOptionsException>(() => new SampleTokenizer(Tokenizer, new SampleTokenizerOptions { MaxLength = 2 }));

    [Fact]
    public void EncodePrompt_InstructionAndPrefix_HasTheTestPromptsForm()
    {
        Assert.Equal(
            "<|bos|><|user|><|text|>Do <|code|> it<|endofblock|><|endofmessage|><|assistant|><|text|>```python\n",
            Tokenizer.Decode(Samples.EncodePrompt("Do <|code|> it", "```python\n"))
        );
        int[] ids = Samples.EncodePrompt("Do <|code|> it");
        Assert.Equal(1, ids.Count(id => id == Tokenizer.BosTokenId));
        Assert.DoesNotContain(Ids.Code, ids);
        Assert.Equal(Ids.Text, ids[^1]);
    }

    [Fact]
    public void EncodePrompt_OneOffSample_IsItsBeginning()
    {
        TokenizedSample sample = Samples.Tokenize(OneOff)!;
        int[] prompt = Samples.EncodePrompt("again");
        Assert.Equal(prompt, sample.InputIds[..prompt.Length]);
    }

    /// <summary>Adds what every trainable conversation has.</summary>
    internal static Conversation Complete(Conversation conversation) =>
        conversation with
        {
            Messages = [Reflection.Messages[0], .. conversation.Messages, Reflection.Messages[3]],
        };

    /// <summary>The label rules, token by token from the structure.</summary>
    private static void CheckLabels(TokenizedSample sample)
    {
        bool user = false;
        bool execution = false;
        int lastAssistant = Array.LastIndexOf(sample.InputIds, Ids.Assistant);
        for (int i = 0; i < sample.Length; i++)
        {
            int id = sample.InputIds[i];
            user |= id == Ids.User;
            execution |= id == Ids.Execution;
            Assert.Equal(i == 0 || user || execution ? TokenizedSample.IgnoreIndex : id, sample.Labels[i]);
            Assert.Equal(i >= lastAssistant && i < sample.Length - 1 ? id : TokenizedSample.IgnoreIndex, sample.DistillationLabels[i]);
            user &= id != Ids.EndOfMessage;
            execution &= id != Ids.EndOfBlock;
        }
    }
}
