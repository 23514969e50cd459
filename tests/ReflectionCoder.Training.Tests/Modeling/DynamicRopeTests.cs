using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Modeling.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>
/// Dynamic scaling depends on a row's length: its last position plus 1, whatever lies beside it and whatever was left out of it. With a
/// key-value cache, tokens keep the angles of the length they came at, as in transformers.
/// </summary>
public sealed class DynamicRopeTests
{
    private static readonly ModelConfig Config = TinyModels.Dynamic; // stretches beyond 5 tokens

    [Fact]
    public void Forward_RowsOfOtherLengths_DoNotStretchARow()
    {
        using CausalLanguageModel model = TinyModels.Create(Config, ScalarType.Float64);
        using CausalLanguageModel plain = TinyModels.Create(Config with { RopeScaling = null }, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[] shortIds = [1, 2, 3, 4, 5],
            longIds = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        Tensor packed = model.Forward(ModelInput.Create([.. shortIds, .. longIds], [.. Count(5), .. Count(9)], [5, 9], CPU));
        Assert.True(TinyModels.Distance(model.Forward(Input(shortIds)), packed.narrow(0, 0, 5)) < 1e-12);
        Assert.True(TinyModels.Distance(model.Forward(Input(longIds)), packed.narrow(0, 5, 9)) < 1e-12);
        Assert.True(TinyModels.Distance(plain.Forward(Input(shortIds)), packed.narrow(0, 0, 5)) < 1e-12);
        Assert.True(TinyModels.Distance(plain.Forward(Input(longIds)), packed.narrow(0, 5, 9)) > 1e-3, "nothing was stretched");
    }

    [Fact]
    public void Forward_PositionsFromTheDeviceAlone_GiveTheSame()
    {
        using CausalLanguageModel model = TinyModels.Create(Config);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        ModelInput input = Input([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        double[] expected = TinyModels.Numbers(model.Forward(input));
        Assert.Equal(expected, TinyModels.Numbers(model.Forward(input with { PositionIds = input.PositionIds.clone() })));
        Assert.Equal(expected, TinyModels.Numbers(model.Forward(new ModelInput(input.TokenIds, input.PositionIds, input.RowLengths))));
    }

    [Fact]
    public void Forward_CachedWithinTheModelsLength_EqualsTheWholeRow()
    {
        using CausalLanguageModel model = TinyModels.Create(Config, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[] ids = [3, 1, 4, 1, 5];
        using var cache = new KeyValueCache();
        Tensor first = model.Forward(Input(ids[..3]) with { Cache = cache });
        Tensor rest = model.Forward(ModelInput.Create(ids[3..], [3, 4], [2], CPU) with { Cache = cache });
        Assert.True(TinyModels.Distance(model.Forward(Input(ids)), cat([first, rest], 0)) < 1e-12);
    }

    /// <summary>
    /// Beyond it, each piece has the frequencies of the length it ends at: a twin with that table for each token gives the same.
    /// </summary>
    [Fact]
    public void Forward_CachedBeyondTheModelsLength_TurnsEachTokenByTheLengthItCameAt()
    {
        ModelConfig config = Config with { HiddenLayers = 1 };
        using CausalLanguageModel model = TinyModels.Create(config, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[] ids = [3, 1, 4, 1, 5, 9, 2, 6, 5];
        using var cache = new KeyValueCache();
        var parts = new List<Tensor> { model.Forward(Input(ids[..6]) with { Cache = cache }) };
        for (int i = 6; i < ids.Length; i++)
        {
            parts.Add(model.Forward(ModelInput.Create([ids[i]], [i], [1], CPU) with { Cache = cache }));
        }

        long[] lengths = [6, 6, 6, 6, 6, 6, 7, 8, 9];
        (Tensor cos, Tensor sin) = (Table(lengths, Math.Cos), Table(lengths, Math.Sin));
        Tensor expected = new DecoderLayer(config, model.Parameters, 0).Forward(
            model.InputEmbedding.index_select(0, tensor(ids)),
            new DecoderContext(cos, sin, [ids.Length], Cache: null, Positions: null)
        );
        Tensor normed = RmsNorm.Apply(expected, model.Parameters["model.norm.weight"], config.NormEpsilon);
        Assert.True(TinyModels.Distance(normed, cat(parts, 0)) < 1e-12);
        Assert.True(TinyModels.Distance(model.Forward(Input(ids)), cat(parts, 0)) > 1e-4, "a whole row is turned by its whole length");

        Tensor Table(long[] lengths, Func<double, double> function) =>
            tensor(
                [
                    .. lengths.SelectMany(
                        (length, p) => RotaryFrequencies.Compute(config, length).Select(frequency => function(p * frequency))
                    ),
                ],
                [lengths.Length, config.HeadDimension / 2]
            );
    }

    private static ModelInput Input(long[] ids) => ModelInput.Create(ids, Count(ids.Length), [ids.Length], CPU);

    private static long[] Count(int length) => [.. Enumerable.Range(0, length).Select(p => (long)p)];
}
