using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.FineTuning;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>Mistakes in a model of a host's own are told by name, before a step is made or a token chosen.</summary>
public sealed class HiddenStatesTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("disposed", "disposed tensor; move it out of its dispose scope by MoveToOuterDisposeScope()")]
    [InlineData("short", "expected [N, H] = [")]
    [InlineData("batched", "[1, ")]
    [InlineData("detached", "autograd doesn't know")]
    public void Train_BrokenForward_IsNamed(string mistake, string expected)
    {
        using Altered model = new(OwnModel.Create(TinyRun.Tokenizer), Mistake(mistake));
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
            TinyRun.Train(model, TinyRun.Options(folder["out"]))
        );
        Assert.StartsWith("Altered.Forward returned ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_OutputWeightOutsideParameters_IsRefusedBeforeTheFirstStep()
    {
        using OwnModel inner = OwnModel.Create(TinyRun.Tokenizer);
        using Altered model = new(inner, hidden => hidden) { OutputWeight = inner.OutputWeight.detach() };
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
            TinyRun.Train(model, TinyRun.Options(folder["out"]))
        );
        Assert.StartsWith("Altered.OutputWeight is none of its Parameters", error.Message, StringComparison.Ordinal);
        inner.Parameters["query"].requires_grad_(false);
        using Altered frozen = new(inner, hidden => hidden);
        error = Assert.Throws<InvalidOperationException>(() => TinyRun.Train(frozen, TinyRun.Options(folder["out"])));
        Assert.Contains("holds query, which is no leaf that requires gradients", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_CacheThatIsIgnored_IsNamed()
    {
        using Altered model = new(OwnModel.Create(TinyRun.Tokenizer), hidden => hidden, hidesCache: true);
        using TextGenerator generator = new(model, TinyRun.Tokenizer, new GenerationOptions { MaxNewTokens = 3 });
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => generator.GenerateAsync("x"));
        Assert.Contains("SupportsCache", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_ModelOfAnotherIdentity_IsRefusedByName()
    {
        FineTuningOptions options = TinyRun.Options(folder["out"]) with { MaxSteps = 3 };
        using (Altered model = new(OwnModel.Create(TinyRun.Tokenizer), hidden => hidden) { Identity = "heads(4)" })
        {
            TinyRun.Train(model, options);
        }

        using Altered other = new(OwnModel.Create(TinyRun.Tokenizer), hidden => hidden) { Identity = "heads(8)" };
        CheckpointException error = Assert.Throws<CheckpointException>(() => TinyRun.Train(other, options with { Resume = true }));
        Assert.Equal("model was heads(4) and is now heads(8)", Assert.Single(error.Differences));
    }

    [Fact]
    public void Identity_OfADecoder_IsWhatShapesDoNotShow()
    {
        ModelConfig config = TinyModels.Llama;
        Assert.Equal(Identity(config), Identity(ModelConfig.Parse(config.ToJson())));
        Assert.Equal(Identity(config), Identity(config with { EosTokenIds = [5], InitializerRange = 1 }));
        Assert.NotEqual(Identity(config), Identity(config with { RopeTheta = 7 }));
        Assert.NotEqual(Identity(config), Identity(config with { NormEpsilon = 1e-3 }));

        static string Identity(ModelConfig config)
        {
            using CausalLanguageModel model = CausalLanguageModel.Create(config);
            return model.Identity;
        }
    }

    private static Func<Tensor, Tensor> Mistake(string name) =>
        name switch
        {
            "disposed" => hidden =>
            {
                hidden.Dispose();
                return hidden;
            },
            "short" => hidden => hidden.narrow(0, 0, hidden.shape[0] - 1),
            "batched" => hidden => hidden.unsqueeze(0),
            _ => hidden => hidden.detach(),
        };

    /// <summary>Another model whose hidden states something happens to.</summary>
    private sealed class Altered(OwnModel inner, Func<Tensor, Tensor> alter, bool hidesCache = false) : ICausalLanguageModel
    {
        public int VocabularySize => inner.VocabularySize;

        public int HiddenSize => inner.HiddenSize;

        public bool SupportsCache => true;

        public string? Identity { get; init; }

        public Device Device => inner.Device;

        public IReadOnlyDictionary<string, Tensor> Parameters => inner.Parameters;

        public Tensor OutputWeight { get; init; } = inner.OutputWeight;

        public Tensor Forward(ModelInput input) => alter(inner.Forward(hidesCache ? input with { Cache = null } : input));

        public void Dispose() => inner.Dispose();
    }
}
