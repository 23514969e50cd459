using Microsoft.Extensions.AI;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;

namespace ReflectionCoder.Tests.Generation;

public sealed class TextGeneratorTests
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();
    private static readonly GenerationOptions Sampled = new()
    {
        MaxNewTokens = 40,
        Temperature = 1,
        Seed = 2,
    };

    [Fact]
    public async Task GenerateAsync_FromManyCallers_EqualsTheCallingThreadsAnswers()
    {
        using CausalLanguageModel model = Model();
        string[] instructions = ["one", "two", "three", "four"];
        string[] expected =
        [
            .. instructions.Select(i => new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 20 }).Generate(i, "x").Text),
        ];
        using var generator = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 20 });
        Assert.Equal(expected, await Task.WhenAll(instructions.Select(i => Task.Run(() => generator.GenerateAsync(i, "x")))));
        Assert.True(expected.Distinct().Count() > 1, "all answers are alike");
    }

    [Fact]
    public async Task StreamAsync_Pieces_MakeUpTheAnswer()
    {
        using CausalLanguageModel model = Model();
        for (int seed = 0; seed < 4; seed++)
        {
            using var generator = new TextGenerator(model, Tokenizer, Sampled with { Seed = seed });
            GeneratedText whole = new TextGenerator(model, Tokenizer, Sampled with { Seed = seed }).Generate("héllo");
            List<string> pieces = [];
            await foreach (string piece in generator.StreamAsync("héllo"))
            {
                Assert.NotEmpty(piece);
                pieces.Add(piece);
            }

            Assert.Equal(whole.Text, string.Concat(pieces));
            Assert.DoesNotContain("<|", whole.Text);
            Assert.InRange(whole.NewTokens, 0, 40);
            Assert.Equal("héllo"u8.Length + 7, whole.PromptTokens);
        }
    }

    [Fact]
    public void Generate_EveryStopToken_Stops()
    {
        MarkerIds markers = Tokenizer.MarkerIds;
        foreach (int stop in (int[])[markers.EndOfBlock, markers.EndOfMessage, Tokenizer.EosTokenId, 'a'])
        {
            using CausalLanguageModel model = Model(always: stop);
            using var generator = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 5, StopTokenIds = ['a'] });
            GeneratedText answer = generator.Generate("q");
            Assert.Equal((FinishReason.Stop, 0, ""), (answer.FinishReason, answer.NewTokens, answer.Text));
        }

        using CausalLanguageModel other = Model(always: 'b');
        using var endless = new TextGenerator(other, Tokenizer, new() { MaxNewTokens = 5 });
        GeneratedText text = endless.Generate("q");
        Assert.Equal((FinishReason.Length, 5, "bbbbb"), (text.FinishReason, text.NewTokens, text.Text));
    }

    [Fact]
    public async Task Generate_ModelsOwnEosIds_StopWithoutBeingAskedFor()
    {
        using CausalLanguageModel model = Model(always: 'b');
        using var generator = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 5 });
        Assert.Equal(FinishReason.Length, generator.Generate("q").FinishReason);

        // Also of a model that is told later, as a run does when it saves, and of a request with options of its own.
        model.GenerationConfig = model.GenerationConfig with
        {
            EosTokenIds = [7, 'b'],
        };
        TextRequest request = TextRequest.OneOff("q");
        TextRequest[] requests = [request, request with { Options = new() { MaxNewTokens = 3 } }, request with { AnswerBlock = null }];
        Assert.All(
            generator.GenerateBatch(requests),
            answer => Assert.Equal((FinishReason.Stop, 0), (answer.FinishReason, answer.NewTokens))
        );
        using var client = new ReflectionChatClient(generator);
        ChatResponse response = await client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, "q")],
            new ChatOptions { MaxOutputTokens = 4 }
        );
        Assert.Equal((ChatFinishReason.Stop, ""), (response.FinishReason, response.Text));
    }

    [Fact]
    public async Task StreamAsync_LeftEarly_StopsAndTheGeneratorGoesOn()
    {
        using CausalLanguageModel model = Model(always: 'b');
        using var generator = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 2000 });
        await foreach (string piece in generator.StreamAsync("q"))
        {
            Assert.Equal("b", piece);
            break;
        }

        using var cancelled = new CancellationTokenSource();
        Task<string> answer = generator.GenerateAsync("q", cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string _ in generator.StreamAsync("q", cancellationToken: limit.Token)) { }
        });
    }

    [Fact]
    public async Task GenerateAsync_BrokenInstruction_ThrowsToTheCaller()
    {
        using CausalLanguageModel model = Model();
        using var generator = new TextGenerator(model, Tokenizer, new() { MaxNewTokens = 3 });
        await Assert.ThrowsAsync<SampleFormatException>(() => generator.GenerateAsync("\ud800"));
        Assert.NotNull(await generator.GenerateAsync("fine"));
    }

    [Fact]
    public void Constructor_VocabularyTooSmall_IsRefused()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Contains("37", Assert.Throws<ArgumentException>(() => new TextGenerator(model, Tokenizer)).Message);
    }

    /// <summary>
    /// A model that knows the byte-level vocabulary and some rows more; with <paramref name="always"/> it writes that token alone.
    /// </summary>
    private static CausalLanguageModel Model(int? always = null)
    {
        ModelConfig config = TinyModels.Llama with { VocabularySize = 300 };
        if (always is not { } id)
        {
            return TinyModels.Create(config);
        }

        // All embeddings are ones, and zero projections leave the residual stream at that, so one row of the head decides alone.
        CausalLanguageModel model = CausalLanguageModel.Create(
            config with
            {
                InitializerRange = 0,
            },
            torch.CPU,
            torch.ScalarType.Float32,
            1
        );
        using IDisposable noGrad = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        model.InputEmbedding.fill_(1);
        model.OutputWeight.narrow(0, id, 1).fill_(1);
        return model;
    }
}
