using System.Text.Json;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>
/// Families against logits that were computed elsewhere. FamilyLogits.json holds what the forward passes of transformers' modeling files,
/// written down again in plain Python, gave for some rows of one text (sizes from the configuration, weights from <see cref="Weight"/>):
/// those of Gemma 3 and StarCoder2 in float64 tensors of PyTorch 1.13, that of SmolLM3 in Python's own floats. transformers itself did not
/// run.
/// </summary>
public sealed class FamilyLogitsTests
{
    private static readonly JsonElement[] Measured =
    [
        .. JsonDocument
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Modeling", "Families", "FamilyLogits.json")))
            .RootElement.EnumerateArray(),
    ];

    public static TheoryData<string> Cases => new(Measured.Select(entry => entry.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_MeasuredCases_GiveTheLogits(string name)
    {
        JsonElement measured = Measured.Single(entry => entry.GetProperty("name").GetString() == name);
        ModelConfig config = ModelConfig.Parse(measured.GetProperty("config").GetRawText(), name);
        using CausalLanguageModel model = CausalLanguageModel.Create(config, dtype: ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        foreach ((int number, string weight) in model.Parameters.Keys.Order(StringComparer.Ordinal).Index())
        {
            model.Parameters[weight].copy_(Weight(model.Parameters[weight].shape, number));
        }

        long[] ids = measured.GetProperty("ids").Deserialize<long[]>()!;
        long[] positions = [.. Enumerable.Range(0, ids.Length).Select(p => (long)p)];
        double[][] expected = measured.GetProperty("logits").Deserialize<double[][]>()!;
        Tensor logits = TinyModels.Logits(model, ModelInput.Create(ids, positions, [ids.Length], CPU));
        foreach ((int row, double[] values) in measured.GetProperty("rows").Deserialize<int[]>()!.Zip(expected))
        {
            Assert.True(TinyModels.Distance(values, TinyModels.Numbers(logits[row])) < 1e-9, $"{row}");
        }
    }

    [Fact]
    public void Cases_HoldFamiliesThatHaveNoOtherGolden() =>
        Assert.Equal(
            ["gemma3_text", "smollm3", "starcoder2"],
            Measured.Select(entry => entry.GetProperty("config").GetProperty("model_type").GetString()).Distinct()
        );

    /// <summary>Numbers from -0.3 to 0.3 that whole numbers decide, so that every language makes the same.</summary>
    private static Tensor Weight(long[] shape, int number)
    {
        long count = shape.Aggregate(1L, (a, b) => a * b);
        double[] values =
        [
            .. Enumerable
                .Range(0, (int)count)
                .Select(j => (uint)(((j * 7919L) + (number * 104729L) + 12345L) * 2654435761L % (1L << 32)))
                .Select(bits => ((bits / 4294967296.0) - 0.5) * 0.6),
        ];
        return tensor(values, shape);
    }
}
