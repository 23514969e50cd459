using ReflectionCoder.Configuration;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Generation;

public sealed class TokenGeneratorTests
{
    public static TheoryData<string> Families => new(TinyModels.All.Keys);

    [Theory]
    [MemberData(nameof(Families))]
    public void Generate_Cached_EqualsUncachedTokenForToken(string family)
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.All[family]);
        var options = new GenerationOptions { MaxNewTokens = 24 };
        for (int first = 0; first < 3; first++)
        {
            GeneratedTokens cached = new TokenGenerator(model, options).Generate([first, 5, 9]);
            GeneratedTokens plain = new TokenGenerator(model, options) { UseCache = false }.Generate([first, 5, 9]);
            Assert.Equal(plain.Ids, cached.Ids);
            Assert.Equal(24, cached.Ids.Count);
            Assert.Equal(FinishReason.Length, cached.FinishReason);
        }
    }

    [Fact]
    public void Generate_EachToken_IsTheLikeliestOfTheNaiveTwin()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama, ScalarType.Float64);
        List<int> sequence = [1, 2];
        GeneratedTokens generated = new TokenGenerator(model, new() { MaxNewTokens = 12 }).Generate(sequence);
        var naive = new NaiveDecoder(model.Config, model.Parameters);
        foreach (int id in generated.Ids)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            int n = sequence.Count;
            Tensor logits = naive.Logits(
                [.. sequence.Select(t => (long)t)],
                [.. Enumerable.Repeat(true, n)],
                [.. Enumerable.Range(0, n).Select(t => (long)t)]
            );
            double[] last = TinyModels.Numbers(logits.narrow(0, n - 1, 1));
            Assert.Equal(Array.IndexOf(last, last.Max()), id);
            sequence.Add(id);
        }
    }

    [Fact]
    public void Generate_StopToken_EndsWithoutIt()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        IReadOnlyList<int> free = new TokenGenerator(model, new() { MaxNewTokens = 30 }).Generate([1, 2]).Ids;
        int stop = free[^1];
        var streamed = new List<int>();
        GeneratedTokens stopped = new TokenGenerator(model, new() { MaxNewTokens = 30, StopTokenIds = [stop] }).Generate(
            [1, 2],
            streamed.Add
        );
        Assert.Equal(FinishReason.Stop, stopped.FinishReason);
        Assert.Equal(free.TakeWhile(id => id != stop), stopped.Ids);
        Assert.Equal(stopped.Ids, streamed);
    }

    [Fact]
    public void Generate_TokenLimit_IsNeverReached()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        var generator = new TokenGenerator(model, new() { MaxNewTokens = 50, Temperature = 10 }) { TokenLimit = 3 };
        IReadOnlyList<int> ids = generator.Generate([1, 2]).Ids;
        Assert.Equal([0, 1, 2], ids.Distinct().Order());
    }

    [Fact]
    public void Generate_Sampled_IsDecidedBySeedAndOrder()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        var options = new GenerationOptions
        {
            MaxNewTokens = 20,
            Temperature = 2,
            Seed = 3,
        };
        var generator = new TokenGenerator(model, options);
        (IReadOnlyList<int> first, IReadOnlyList<int> second) = (generator.Generate([1]).Ids, generator.Generate([1]).Ids);
        var again = new TokenGenerator(model, options);
        Assert.Equal(first, again.Generate([1]).Ids);
        Assert.Equal(second, again.Generate([1]).Ids);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Generate_LeavesGradModeAndGradientsAlone()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        new TokenGenerator(model, new() { MaxNewTokens = 2 }).Generate([1]);
        using ModelInput input = ModelInput.Create([1], [0], [1], CPU);
        using Tensor hidden = model.Forward(input);
        Assert.True(hidden.requires_grad);
    }

    [Fact]
    public void Generate_BadUse_IsRefused()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Throws<ArgumentException>(() => new TokenGenerator(model).Generate([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenGenerator(model).Generate([37]));
        Assert.Throws<OperationCanceledException>(() =>
            new TokenGenerator(model).Generate([1], cancellationToken: new CancellationToken(true))
        );
        Assert.Throws<InvalidOptionsException>(() => new TokenGenerator(model, new() { MaxNewTokens = 0 }));
        Assert.Throws<InvalidOptionsException>(() => new TokenGenerator(model, new() { TopP = 0 }));
        Assert.Throws<InvalidOptionsException>(() => new TokenGenerator(model, new() { TopP = double.NaN }));
        Assert.Throws<InvalidOptionsException>(() => new TokenGenerator(model, new() { TopK = -1 }));
        Assert.Throws<InvalidOptionsException>(() => new TokenGenerator(model, new() { Temperature = -1 }));
    }
}
