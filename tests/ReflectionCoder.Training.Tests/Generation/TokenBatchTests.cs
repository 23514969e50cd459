using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Generation;

public sealed class TokenBatchTests
{
    private static readonly int[][] Prompts =
    [
        [1],
        [2, 3, 4],
        [9, 8, 7, 6, 5, 4, 3],
        [2, 3, 4],
        [5, 5],
        [1, 2, 3],
        [0, 36, 12, 7],
    ];

    public static TheoryData<string, double, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, double, int>();
            foreach (string family in TinyModels.All.Keys)
            {
                cases.Add(family, 0, 3);
                cases.Add(family, 1.5, 16);
            }

            cases.Add("llama", 1.5, 1);
            cases.Add("llama", 1.5, 2);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Batch_EqualsSingle_TokenForToken(string family, double temperature, int batchSize)
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.All[family]);
        GenerationOptions options = new()
        {
            MaxNewTokens = 14,
            Temperature = temperature,
            TopP = 0.95,
            Seed = 5,
            StopTokenIds = [11, 30],
            BatchSize = batchSize,
        };
        TokenRequest[] requests =
        [
            .. Prompts.Select((prompt, i) => new TokenRequest(prompt) { Index = 10 + i, Options = options with { MaxNewTokens = 14 - i } }),
        ];
        List<int> order = [];
        IReadOnlyList<GeneratedTokens> batch = new TokenGenerator(model, options).GenerateBatch(requests, (number, _) => order.Add(number));
        IReadOnlyList<GeneratedTokens> uncached = new TokenGenerator(model, options) { UseCache = false }.GenerateBatch(requests);
        Assert.Equal(Enumerable.Range(0, Prompts.Length), order.Order());
        for (int i = 0; i < requests.Length; i++)
        {
            GeneratedTokens single = new TokenGenerator(model, options).GenerateBatch([requests[i]])[0];
            Assert.Equal(single.Ids, batch[i].Ids);
            Assert.Equal(single.FinishReason, batch[i].FinishReason);
            Assert.Equal(single.Ids, uncached[i].Ids);
        }

        Assert.True(batch.Select(answer => answer.Ids.Count).Distinct().Count() > 1, "all rows end together");
        if (temperature > 0)
        {
            Assert.NotEqual(batch[1].Ids, batch[3].Ids); // the same prompt under another index
        }
    }

    [Fact]
    public void Batch_RequestsOwnOptions_Count()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        var generator = new TokenGenerator(model, new() { MaxNewTokens = 6 });
        GenerationOptions sampled = new()
        {
            MaxNewTokens = 9,
            Temperature = 3,
            Seed = 1,
        };
        IReadOnlyList<GeneratedTokens> answers = generator.GenerateBatch([
            new TokenRequest([1, 2]),
            new TokenRequest([1, 2]) { Options = sampled, Index = 4 },
        ]);
        Assert.Equal(new TokenGenerator(model, new() { MaxNewTokens = 6 }).Generate([1, 2]).Ids, answers[0].Ids);
        Assert.Equal(new TokenGenerator(model, sampled).GenerateBatch([new TokenRequest([1, 2]) { Index = 4 }])[0].Ids, answers[1].Ids);
        Assert.Equal((6, 9), (answers[0].Ids.Count, answers[1].Ids.Count));
    }

    [Fact]
    public void Batch_EqualPrompts_AreReadOnceAndRowsAreRefilled()
    {
        using var model = new ScriptedModel(10, position => position % 4 == 3 ? 9 : 1);
        GenerationOptions options = new()
        {
            MaxNewTokens = 50,
            StopTokenIds = [9],
            BatchSize = 3,
        };
        IReadOnlyList<GeneratedTokens> answers = new TokenGenerator(model, options).GenerateBatch([
            .. (
                (int[][])
                    [
                        [1, 1],
                        [1, 1],
                        [1, 1],
                        [1, 1, 1],
                        [1, 1],
                    ]
            ).Select(prompt => new TokenRequest(prompt)),
        ]);
        Assert.Equal([2, 2, 2, 1, 2], answers.Select(answer => answer.Ids.Count));
        Assert.Equal([1, 3, 3, 2, 2, 1], model.Passes); // three equal prompts, three rows twice, two prompts, two rows, the longer
    }

    [Fact]
    public void Batch_MaxLength_EndsAnswersAndRefusesPromptsWithoutRoom()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama with { MaxPositionEmbeddings = 8 });
        var generator = new TokenGenerator(model, new() { MaxNewTokens = 20 });
        IReadOnlyList<GeneratedTokens> answers = generator.GenerateBatch([new TokenRequest([1]), new TokenRequest([1, 2, 3, 4, 5, 6, 7])]);
        Assert.Equal(
            [(7, FinishReason.Length), (1, FinishReason.Length)],
            answers.Select(answer => (answer.Ids.Count, answer.FinishReason))
        );
        PromptTooLongException refused = Assert.Throws<PromptTooLongException>(() => generator.Generate([1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Contains("8 tokens", refused.Message);
        Assert.Equal(
            20,
            new TokenGenerator(model, new() { MaxNewTokens = 20, MaxLength = 100 }).Generate([1, 2, 3, 4, 5, 6, 7, 8]).Ids.Count
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Batch_BrokenModel_Throws(double temperature)
    {
        foreach (float bias in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            using var model = new ScriptedModel(10, _ => 1) { Bias = bias };
            Assert.Throws<NonFiniteException>(() => new TokenGenerator(model, new() { Temperature = temperature }).Generate([1]));
        }
    }

    [Fact]
    public void Batch_StoppedAnywhere_LeavesNoTensors()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        var generator = new TokenGenerator(model, new() { MaxNewTokens = 10, BatchSize = 2 });
        generator.Generate([1]); // the rotary table is made once
        long before = LiveTensors.Count();
        for (int stopAt = 1; stopAt < 30; stopAt += 4)
        {
            using var stop = new CancellationTokenSource();
            int tokens = 0;
            bool Count(int id)
            {
                if (++tokens == stopAt)
                {
                    stop.Cancel();
                }

                return true;
            }

            TokenRequest[] requests = [.. Prompts[..4].Select(prompt => new TokenRequest(prompt) { OnToken = Count })];
            Assert.Throws<OperationCanceledException>(() => generator.GenerateBatch(requests, cancellationToken: stop.Token));
            Assert.InRange(tokens, stopAt, stopAt + 1); // the row beside it
            tokens = 0;
            Assert.Throws<FormatException>(() =>
                generator.GenerateBatch([
                    .. Prompts[..4]
                        .Select(prompt => new TokenRequest(prompt)
                        {
                            OnToken = _ => ++tokens < stopAt ? true : throw new FormatException(),
                        }),
                ])
            );
        }

        generator.GenerateBatch([.. Prompts.Select(prompt => new TokenRequest(prompt))]);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Batch_BadRequest_IsRefusedBeforeAnythingIsWritten()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        var generator = new TokenGenerator(model);
        int tokens = 0;
        var good = new TokenRequest([1]) { OnToken = _ => ++tokens > 0 };
        Assert.Throws<ArgumentException>(() => generator.GenerateBatch([good, new TokenRequest([])]));
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.GenerateBatch([good, new TokenRequest([37])]));
        Assert.Throws<Configuration.InvalidOptionsException>(() =>
            generator.GenerateBatch([good, new TokenRequest([1]) { Options = new() { MinP = 2 } }])
        );
        Assert.Equal(0, tokens);
        Assert.Empty(generator.GenerateBatch([]));
    }
}
