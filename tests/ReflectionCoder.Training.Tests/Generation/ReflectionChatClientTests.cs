using Microsoft.Extensions.AI;
using ReflectionCoder.Configuration;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Generation;

public sealed class ReflectionChatClientTests
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();

    /// <summary>What a host does that knows nothing but the abstraction, such as an author of reflection sequences.</summary>
    [Fact]
    public async Task GetResponse_ThroughTheAbstraction_AnswersWithUsageAndReason()
    {
        int[] answer = Tokenizer.EncodeWithSpecialTokens("```python\nx\n```<|endofblock|>");
        using var model = ScriptedModel.Answering(Tokenizer, "Write x.", answer);
        using IChatClient client = new ReflectionChatClient(new TextGenerator(model, Tokenizer), "tiny", ownsGenerator: true);
        ChatResponse response = await client.GetResponseAsync("Write x.");
        Assert.Equal("```python\nx\n```", response.Text);
        Assert.Equal((ChatFinishReason.Stop, "tiny"), (response.FinishReason, response.ModelId));
        Assert.Equal(("Write x.".Length + 7, answer.Length - 1), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal(response.Usage.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
        ChatResponse cut = await client.GetResponseAsync("Write x.", new ChatOptions { MaxOutputTokens = 3, ModelId = "tiny" });
        Assert.Equal((ChatFinishReason.Length, "```"), (cut.FinishReason, cut.Text));
        ChatResponse stopped = await client.GetResponseAsync("Write x.", new ChatOptions { StopSequences = ["\nx"] });
        Assert.Equal((ChatFinishReason.Stop, "```python"), (stopped.FinishReason, stopped.Text));
    }

    [Fact]
    public async Task GetStreamingResponse_Updates_MakeUpTheResponse()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        using var generator = new TextGenerator(model, Tokenizer);
        using var client = new ReflectionChatClient(generator) { AnswerBlock = null };
        ChatOptions options = new()
        {
            Temperature = 0.9f,
            TopP = 0.95f,
            TopK = 250,
            MaxOutputTokens = 60,
            Seed = 11,
        };
        ChatResponse whole = await client.GetResponseAsync("Write x.", options);
        List<ChatResponseUpdate> updates = await client.GetStreamingResponseAsync("Write x.", options).ToListAsync();
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        ChatResponse joined = updates.ToChatResponse();
        Assert.Equal(whole.Text, joined.Text);
        Assert.Equal((whole.FinishReason, whole.Usage!.OutputTokenCount), (joined.FinishReason, joined.Usage!.OutputTokenCount));
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        ChatOptions other = options.Clone();
        other.Seed = 12;
        Assert.NotEqual(whole.Text, (await client.GetResponseAsync("Write x.", other)).Text);
        await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync("Write x.", options))
        {
            break;
        }

        Assert.Equal(whole.Text, (await client.GetResponseAsync("Write x.", options)).Text);
    }

    [Fact]
    public async Task Conversation_Blocks_GoThereAndBack()
    {
        int[] answer = Tokenizer.EncodeWithSpecialTokens("<|text|>Sum:<|endofblock|><|code|>a + b<|endofblock|><|endofmessage|>");
        List<ChatMessage> messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Add.")];
        int[] first = Prompt(new Message(MessageRole.User, [new Block(BlockType.Text, "In C.\n\nBe brief.\n\nAdd.")]));
        using (
            var scripted = new ScriptedModel(
                Tokenizer.VocabularySize,
                position => answer.ElementAtOrDefault((int)position + 1 - first.Length)
            )
        )
        using (var client = new ReflectionChatClient(new TextGenerator(scripted, Tokenizer), ownsGenerator: true) { AnswerBlock = null })
        {
            ChatResponse response = await client.GetResponseAsync(messages, new ChatOptions { Instructions = "In C." });
            Assert.Equal(["Sum:", "a + b"], response.Messages[0].Contents.Cast<TextContent>().Select(content => content.Text));
            Assert.Equal("code", response.Messages[0].Contents[1].AdditionalProperties!["block"]);
            messages.AddMessages(response);
        }

        Conversation seen = new(
            ChatRequest.Create([.. messages, new ChatMessage(ChatRole.User, "Again.")], null, null, new()).Messages,
            SampleType.Generation
        );
        Assert.Equal(
            "<|user|><|text|>Be brief.\n\nAdd.<|endofblock|><|endofmessage|><|assistant|><|text|>Sum:<|endofblock|><|code|>a + "
                + "b<|endofblock|><|endofmessage|>"
                + "<|user|><|text|>Again.<|endofblock|><|endofmessage|>",
            SampleTokenizer.Render(seen)
        );

        static int[] Prompt(params Message[] turns) => new SampleTokenizer(Tokenizer).EncodePrompt(turns, answerBlock: null);
    }

    [Fact]
    public void Options_AreMapped()
    {
        GenerationOptions defaults = new()
        {
            TopK = 7,
            StopStrings = ["a"],
            MinP = 0.1,
        };
        ChatOptions options = new()
        {
            Temperature = 0.7f,
            TopP = 0.9f,
            MaxOutputTokens = 5,
            StopSequences = ["b"],
            Seed = 1L << 40,
        };
        TextRequest request = ChatRequest.Create([new ChatMessage(ChatRole.User, "q")], options, BlockType.Text, defaults);
        GenerationOptions read = request.Options!;
        Assert.Equal((0.7, 0.9, 7, 5, 1L << 40, 0.1), (read.Temperature, read.TopP, read.TopK, read.MaxNewTokens, read.Seed, read.MinP));
        Assert.Equal(["a", "b"], read.StopStrings);
        Assert.Equal(0, request.Index);
        Assert.Null(ChatRequest.Create([new ChatMessage(ChatRole.User, "q")], null, null, defaults).Index);
        Assert.Equal(["a"], defaults.StopStrings);
    }

    [Fact]
    public async Task Requests_ThatCantBeMet_AreRefusedByName()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        using var generator = new TextGenerator(model, Tokenizer);
        using var client = new ReflectionChatClient(generator, "tiny");
        await Refused("ChatOptions.Tools", new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] });
        await Refused("ChatOptions.ResponseFormat", new() { ResponseFormat = ChatResponseFormat.Json });
        await Refused("ChatOptions.FrequencyPenalty", new() { FrequencyPenalty = 1 });
        await Refused("ChatOptions.PresencePenalty", new() { PresencePenalty = 1 });
        await Refused("ChatOptions.ConversationId", new() { ConversationId = "c" });
        await Refused("ChatOptions.ModelId", new() { ModelId = "other" });
        await Refused("ChatMessage.Role", null, new ChatMessage(ChatRole.Tool, "1"));
        await Refused("ChatMessage.Contents", null, new ChatMessage(ChatRole.User, [new DataContent(new byte[1], "image/png")]));
        await Refused(
            "ChatMessage.Contents",
            null,
            new ChatMessage(ChatRole.User, [new TextContent("x") { AdditionalProperties = new() { ["block"] = "poem" } }])
        );
        await Assert.ThrowsAsync<ArgumentException>(() => client.GetResponseAsync(new ChatMessage(ChatRole.Assistant, "x")));
        await Assert.ThrowsAsync<InvalidOptionsException>(() => client.GetResponseAsync("q", new ChatOptions { TopP = 2 }));
        await Assert.ThrowsAsync<InvalidOptionsException>(() => client.GetResponseAsync("q", new ChatOptions { Temperature = float.NaN }));
        ChatOptions harmless = new()
        {
            ResponseFormat = ChatResponseFormat.Text,
            FrequencyPenalty = 0,
            Tools = [],
            MaxOutputTokens = 1,
        };
        Assert.NotNull(await client.GetResponseAsync("q", harmless));

        async Task Refused(string field, ChatOptions? options, ChatMessage? message = null)
        {
            ChatMessage[] messages = message is null ? [new(ChatRole.User, "q")] : [new(ChatRole.User, "q"), message];
            NotSupportedException exception = await Assert.ThrowsAsync<NotSupportedException>(() =>
                client.GetResponseAsync(messages, options)
            );
            Assert.StartsWith(field + ": ", exception.Message);
            await Assert.ThrowsAsync<NotSupportedException>(async () =>
                await client.GetStreamingResponseAsync(messages, options).ToListAsync()
            );
        }
    }

    [Fact]
    public async Task Services_AndOwnership()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        using var generator = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 1 });
        var client = new ReflectionChatClient(generator, "tiny");
        Assert.Equal(
            ("reflectioncoder", "tiny"),
            (client.GetService<ChatClientMetadata>()!.ProviderName, client.GetService<ChatClientMetadata>()!.DefaultModelId)
        );
        Assert.Same(client, client.GetService<IChatClient>());
        Assert.Same(generator, client.GetService<TextGenerator>());
        Assert.Null(client.GetService(typeof(TextGenerator), "key"));
        Assert.Null(client.GetService<string>());
        client.Dispose();
        Assert.NotNull(await generator.GenerateAsync("still there"));
        new ReflectionChatClient(generator, ownsGenerator: true).Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync("gone"));
    }
}
