using System.Text;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using ReflectionCoder.Torch;
using TorchSharp;

namespace ReflectionCoder.Tests.Generation;

public sealed class TextBatchTests
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();
    private static readonly GenerationOptions Sampled = new()
    {
        MaxNewTokens = 40,
        Temperature = 1,
        Seed = 2,
        BatchSize = 3,
    };

    /// <summary>Stop strings cut out of what a model writes freely, at every place, one token a byte.</summary>
    [Fact]
    public void Generate_StopStrings_EqualTheNaiveTwinOnTheWholeText()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        var generator = new TextGenerator(model, Tokenizer);
        GenerationOptions options = Sampled with { TopK = 30 };
        string free = generator.GenerateBatch([TextRequest.OneOff("q") with { Options = options, Index = 0 }])[0].Text;
        Assert.True(free.Length > 10);
        List<TextRequest> requests = [];
        for (int start = 0; start < free.Length; start += 3)
        {
            for (int length = 1; length <= Math.Min(4, free.Length - start); length++)
            {
                requests.Add(
                    TextRequest.OneOff("q") with
                    {
                        Index = 0,
                        Options = options with { StopStrings = [free.Substring(start, length), "not there"] },
                    }
                );
            }
        }

        IReadOnlyList<GeneratedText> answers = generator.GenerateBatch(requests);
        for (int i = 0; i < answers.Count; i++)
        {
            string expected = free[..free.IndexOf(requests[i].Options!.StopStrings[0], StringComparison.Ordinal)];
            Assert.Equal((expected, FinishReason.StopString), (answers[i].Text, answers[i].FinishReason));
        }
    }

    [Fact]
    public async Task Stream_StopString_GivesOnlyWhatStays()
    {
        int[] answer = [.. "print(1)\n# Test\nassert"u8.ToArray().Select(b => (int)b)];
        using var model = ScriptedModel.Answering(Tokenizer, "q", answer);
        using var generator = new TextGenerator(model, Tokenizer, new() { StopStrings = ["\n# Test", "\nif"] });
        List<string> pieces = [];
        await foreach (string piece in generator.StreamAsync("q"))
        {
            pieces.Add(piece);
        }

        Assert.Equal("print(1)", string.Concat(pieces));
        GeneratedText whole = generator.Generate("q");
        Assert.Equal(("print(1)", "print(1)\n# Test".Length, FinishReason.StopString), (whole.Text, whole.NewTokens, whole.FinishReason));
    }

    [Fact]
    public async Task GenerateBatch_PromptTooLong_HasItsOwnOutcomeAndTheOthersAreAnswered()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        using var generator = new TextGenerator(model, Tokenizer, Sampled with { MaxLength = 40 });
        string tooLong = new('x', 40);
        string[] texts = ["one", tooLong, "two", tooLong];
        TextRequest[] requests = [.. texts.Select((text, i) => TextRequest.OneOff(text) with { Index = i })];
        List<int> finished = [];
        IReadOnlyList<GeneratedText> answers = generator.GenerateBatch(requests, (number, _) => finished.Add(number));
        Assert.Equal([0, 1, 2, 3], finished.Order());
        Assert.Equal([false, true, false, true], answers.Select(answer => answer.FinishReason == FinishReason.PromptTooLong));
        Assert.All([answers[1], answers[3]], answer => Assert.Equal(("", 0), (answer.Text, answer.NewTokens)));
        Assert.True(answers[1].PromptTokens >= 40);
        Assert.Equal(answers[2].Text, generator.GenerateBatch([requests[2]])[0].Text);

        List<CodeAnswer> codes = await generator.GenerateBatchAsync([new CodeRequest(tooLong), new CodeRequest("one")]).ToListAsync();
        Assert.Equal(answers[0].Text, Assert.Single(codes, code => code.Error is null).Text);
        string error = $"The prompt has {answers[1].PromptTokens} tokens, which leaves no room for an answer.";
        Assert.Equal(error, Assert.Single(codes, code => code.Request == 0).Error);

        // One alone has nobody to wait for it.
        Assert.Throws<PromptTooLongException>(() => generator.Generate(tooLong));
        await Assert.ThrowsAsync<PromptTooLongException>(() => generator.GenerateAsync(tooLong));
    }

    [Fact]
    public async Task GenerateBatchAsync_EqualsSingleAnswers()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        using var generator = new TextGenerator(model, Tokenizer, Sampled);
        CodeRequest[] requests =
        [
            .. Enumerable.Range(0, 7).Select(i => new CodeRequest(i < 4 ? "one" : $"the number {i}", "x") { Index = i }),
        ];
        Dictionary<int, string> answers = [];
        await foreach (CodeAnswer answer in generator.GenerateBatchAsync(requests))
        {
            answers.Add(answer.Request, answer.Text);
        }

        Assert.Equal(7, answers.Count);
        foreach ((int number, string text) in answers)
        {
            TextRequest alone = TextRequest.OneOff(requests[number].Instruction, "x") with { Index = number };
            Assert.Equal((await generator.GenerateAsync(alone)).Text, text);
        }

        Assert.True(answers.Values.Distinct().Count() > 4);
        await foreach (CodeAnswer _ in generator.GenerateBatchAsync(requests))
        {
            break; // leaving early
        }

        Assert.NotNull(await generator.GenerateAsync("goes on"));
    }

    [Fact]
    public async Task Callers_OfEveryKindAtOnce_AreServed()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        using var thread = new TorchThread();
        using var first = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 15 }, thread);
        using var second = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 15 }, thread);
        string expected = await first.GenerateAsync("q", "x");
        Task<string>[] calls =
        [
            .. Enumerable
                .Range(0, 12)
                .Select(i =>
                    Task.Run(() =>
                        (i % 4) switch
                        {
                            0 => first.GenerateAsync("q", "x"),
                            1 => Joined(second.StreamAsync("q", "x"), piece => piece),
                            2 => Joined(second.GenerateBatchAsync([new CodeRequest("q", "x")]), answer => answer.Text),
                            _ => Joined(first.StreamAsync(TextRequest.OneOff("q", "x")), chunk => chunk.Text),
                        }
                    )
                ),
        ];
        Assert.All(await Task.WhenAll(calls), text => Assert.Equal(expected, text));

        static async Task<string> Joined<T>(IAsyncEnumerable<T> stream, Func<T, string> text)
        {
            StringBuilder joined = new();
            await foreach (T item in stream)
            {
                joined.Append(text(item));
            }

            return joined.ToString();
        }
    }

    [Fact]
    public async Task Stream_LeftOrCancelled_LeavesNoTensors()
    {
        using CausalLanguageModel model = ScriptedModel.Bytes();
        using var generator = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 1000, Temperature = 1 });
        await generator.GenerateAsync(TextRequest.OneOff("q") with { Options = new() { MaxNewTokens = 1 } });
        long before = LiveTensors.Count();
        for (int pieces = 1; pieces < 5; pieces++)
        {
            int left = pieces;
            await foreach (string _ in generator.StreamAsync("q"))
            {
                if (--left == 0)
                {
                    break;
                }
            }

            Assert.Equal(before, torch.Tensor.TotalCount);
            using var stop = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (TextChunk _ in generator.StreamAsync(TextRequest.OneOff("q"), stop.Token))
                {
                    await stop.CancelAsync();
                }
            });
            Assert.Equal(before, torch.Tensor.TotalCount);
        }
    }

    [Fact]
    public async Task Stream_LastChunk_CarriesTheWholeAnswer()
    {
        int[] answer = Tokenizer.EncodeWithSpecialTokens("<|text|>Sum:<|endofblock|><|code|>a + b<|endofblock|><|endofmessage|>never");
        Message[] messages =
        [
            new(MessageRole.User, [new Block(BlockType.Text, "Hi")]),
            new(MessageRole.Assistant, [new Block(BlockType.Text, "Hello."), new Block(BlockType.Code, "x")]),
            new(MessageRole.User, [new Block(BlockType.Text, "Add")]),
        ];
        int[] prompt = new SampleTokenizer(Tokenizer).EncodePrompt(messages, answerBlock: null);
        Assert.Equal(
            "<|user|><|text|>Hi<|endofblock|><|endofmessage|>"
                + "<|assistant|><|text|>Hello.<|endofblock|><|code|>x<|endofblock|><|endofmessage|>"
                + "<|user|><|text|>Add<|endofblock|><|endofmessage|><|assistant|>",
            Tokenizer.Decode(prompt.Skip(1))
        );
        using var model = new ScriptedModel(
            Tokenizer.VocabularySize,
            position => answer.ElementAtOrDefault((int)position + 1 - prompt.Length)
        );
        using var generator = new TextGenerator(model, Tokenizer);
        List<TextChunk> chunks = [];
        await foreach (TextChunk chunk in generator.StreamAsync(new TextRequest(messages) { AnswerBlock = null }))
        {
            chunks.Add(chunk);
        }

        GeneratedText whole = Assert.IsType<GeneratedText>(chunks[^1].Answer);
        Assert.All(chunks[..^1], chunk => Assert.Null(chunk.Answer));
        Assert.Equal([new Block(BlockType.Text, "Sum:"), new Block(BlockType.Code, "a + b")], whole.Blocks);
        Assert.Equal("Sum:a + b", string.Concat(chunks.Select(chunk => chunk.Text)));
        Assert.Equal((prompt.Length, answer.Length - 6, FinishReason.Stop), (whole.PromptTokens, whole.NewTokens, whole.FinishReason));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            generator.GenerateAsync(new TextRequest(messages) { AnswerBlock = null, AnswerPrefix = "x" })
        );
    }

    /// <summary>
    /// A saved model lists the end of a block among its own stop ids (transformers' generate needs that), but an answer that brings its
    /// own blocks goes on after each of them.
    /// </summary>
    [Fact]
    public void Generate_SavedModelWithoutAnswerBlock_WritesAllBlocks()
    {
        using TemporaryFolder folder = new();
        using (CausalLanguageModel fresh = ScriptedModel.Bytes())
        {
            fresh.GenerationConfig = fresh.GenerationConfig with { EosTokenIds = ['q'] };
            PretrainedModel.Save(folder["saved"], fresh, Tokenizer);
        }

        using PretrainedModel saved = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder["saved"], Device = "cpu" });
        Assert.Contains(Tokenizer.MarkerIds.EndOfBlock, saved.Model.GenerationConfig.EosTokenIds);
        TextRequest request = TextRequest.OneOff("q") with { AnswerBlock = null };
        Block[] blocks = [new(BlockType.Text, "Sum:"), new(BlockType.Code, "a + b")];
        foreach (string end in (string[])["<|endofmessage|>", "q"]) // what ends a message, and the model's other id
        {
            int[] answer = Tokenizer.EncodeWithSpecialTokens($"<|text|>Sum:<|endofblock|><|code|>a + b<|endofblock|>{end}never");
            int prompt = new SampleTokenizer(Tokenizer).EncodePrompt(request.Messages, request.AnswerBlock).Length;
            using var model = new ScriptedModel(Tokenizer.VocabularySize, position => answer.ElementAtOrDefault((int)position + 1 - prompt))
            {
                GenerationConfig = saved.Model.GenerationConfig,
            };
            GenerationOptions options = new();
            using TextGenerator generator = new(model, Tokenizer, options);
            GeneratedText whole = generator.GenerateBatch([request])[0];
            Assert.Equal(blocks, whole.Blocks);
            Assert.Equal(FinishReason.Stop, whole.FinishReason);

            // Whoever asks for the end of a block gets it.
            options.StopTokenIds = [Tokenizer.MarkerIds.EndOfBlock];
            GeneratedText first = generator.GenerateBatch([request with { Options = options }])[0];
            Assert.Equal(blocks[..1], first.Blocks);
        }
    }
}
