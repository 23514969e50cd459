using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class AbsolutePositionTests
{
    [Fact]
    public void Create_Table_IsDrawnLikeTheEmbeddingsAndStandsBehindThem()
    {
        ModelConfig config = TinyModels.Absolute with { HiddenSize = 200, MaxPositionEmbeddings = 100, InitializerRange = 0.02 };
        using CausalLanguageModel model = CausalLanguageModel.Create(config, CPU, ScalarType.Float32, 1);
        Assert.Equal(["model.embed_tokens.weight", "model.embed_positions.weight"], model.Parameters.Keys.Take(2));
        Tensor table = model.Parameters["model.embed_positions.weight"];
        Assert.Equal([100, 200], table.shape);
        Assert.InRange(Math.Sqrt(TinyModels.Numbers(table).Average(v => v * v)), 0.019, 0.021);
        Assert.True(table.requires_grad);
    }

    /// <summary>What sets them apart from rotary positions: moved along, a row gives other logits.</summary>
    [Fact]
    public void Forward_ShiftedPositions_GiveOtherLogits()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Absolute, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[] ids = [3, 1, 4, 1, 5];
        Tensor near = model.Forward(ModelInput.Create(ids, [0, 1, 2, 3, 4], [5], CPU));
        Tensor far = model.Forward(ModelInput.Create(ids, [30, 31, 32, 33, 34], [5], CPU));
        Assert.True(TinyModels.Distance(near, far) > 1e-2);
    }

    [Fact]
    public void Forward_TableOfZeros_KnowsNoPositions()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Absolute with { HiddenLayers = 1 }, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        model.Parameters["model.embed_positions.weight"].zero_();
        Tensor last = model.Forward(ModelInput.Create([3, 1, 4, 5], [0, 1, 2, 3], [4], CPU)).narrow(0, 3, 1);
        Tensor swapped = model.Forward(ModelInput.Create([4, 3, 1, 5], [7, 8, 9, 30], [4], CPU)).narrow(0, 3, 1);
        Assert.True(TinyModels.Distance(last, swapped) < 1e-12, "a bag of tokens gives the same whatever its order");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(40)]
    [InlineData(long.MaxValue)]
    public void Forward_PositionOutsideTheTable_IsRefused(long position)
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Absolute);
        using ModelInput input = ModelInput.Create([1, 2], [0, position], [2], CPU);
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => model.Forward(input));
        Assert.Equal(position, error.ActualValue);
        Assert.Contains("max_position_embeddings = 40", error.Message);
    }
}
