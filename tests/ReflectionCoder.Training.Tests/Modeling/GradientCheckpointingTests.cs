using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

[Trait("Category", "Invariant")]
public sealed class GradientCheckpointingTests
{
    public static TheoryData<string> Families => new(TinyModels.All.Keys);

    [Theory]
    [MemberData(nameof(Families))]
    public void Forward_Checkpointed_EqualsPlainForwardAndBackwardToTheBit(string family)
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.All[family]);
        (double[] hidden, Dictionary<string, double[]> gradients) = Run(model, checkpointing: false);
        (double[] again, Dictionary<string, double[]> checkpointed) = Run(model, checkpointing: true);
        Assert.Equal(hidden, again);
        Assert.Equal(gradients.Keys, checkpointed.Keys);
        Assert.All(gradients, pair => Assert.Equal(pair.Value, checkpointed[pair.Key]));
        string inward = model.Config.Family.Mlp.Inputs[^1];
        Assert.Contains(gradients[$"model.layers.0.mlp.{inward}.weight"], value => value != 0);
    }

    [Fact]
    public void Forward_CheckpointedTwiceBeforeBackward_AddsUp()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        (_, Dictionary<string, double[]> once) = Run(model, checkpointing: true);
        (_, Dictionary<string, double[]> twice) = Run(model, checkpointing: true, backwards: 2);
        Assert.All(
            once,
            pair => Assert.True(TinyModels.Distance([.. pair.Value.Select(value => 2 * value)], twice[pair.Key]) < 1e-4, pair.Key)
        );
    }

    [Fact]
    public void Forward_CheckpointedOverFrozenEmbeddings_StillTrainsTheLayers()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        model.InputEmbedding.requires_grad_(false);
        (_, Dictionary<string, double[]> plain) = Run(model, checkpointing: false);
        (_, Dictionary<string, double[]> checkpointed) = Run(model, checkpointing: true);
        Assert.DoesNotContain("model.embed_tokens.weight", plain.Keys);
        Assert.Equal(plain.Keys, checkpointed.Keys);
        Assert.All(plain, pair => Assert.Equal(pair.Value, checkpointed[pair.Key]));
    }

    [Fact]
    public void Forward_CheckpointedWithoutGradients_ComputesPlainly()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor hidden = model.Forward(Input(checkpointing: true));
        Assert.False(hidden.requires_grad);
        Assert.Equal(TinyModels.Numbers(model.Forward(Input(checkpointing: false))), TinyModels.Numbers(hidden));
    }

    private static ModelInput Input(bool checkpointing) =>
        ModelInput.Create([1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 2, 3, 4, 0, 2, 3, 7], [5, 4], CPU) with
        {
            GradientCheckpointing = checkpointing,
        };

    private static (double[] Hidden, Dictionary<string, double[]> Gradients) Run(
        CausalLanguageModel model,
        bool checkpointing,
        int backwards = 1
    )
    {
        using DisposeScope scope = NewDisposeScope();
        using ModelInput input = Input(checkpointing);
        using var generator = new Generator(4, CPU);
        Tensor[] outputs = [.. Enumerable.Range(0, backwards).Select(_ => model.Forward(input))];
        Tensor direction = randn(outputs[0].shape, generator: generator);
        foreach (Tensor output in outputs)
        {
            output.mul(direction).sum().backward();
        }

        var gradients = new Dictionary<string, double[]>();
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            if (weight.grad is { } gradient)
            {
                gradients.Add(name, TinyModels.Numbers(gradient));
                weight.grad = null;
            }
        }

        return (TinyModels.Numbers(outputs[0]), gradients);
    }
}
