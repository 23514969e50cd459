using System.Text.Json;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>
/// RopeFrequencies.json holds what the formulas of transformers' modeling_rope_utils (version 5), run statement for statement on PyTorch,
/// gave in float32.
/// </summary>
public sealed class RotaryFrequenciesTests
{
    private static readonly JsonElement[] Measured =
    [
        .. JsonDocument
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Modeling", "RopeFrequencies.json")))
            .RootElement.EnumerateArray(),
    ];

    public static TheoryData<string> Cases => new(Measured.Select(entry => entry.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_MeasuredCases_EqualTransformers(string name)
    {
        JsonElement measured = Measured.Single(entry => entry.GetProperty("name").GetString() == name);
        ModelConfig config = Parse(measured, "rope_parameters");
        double[] expected = measured.GetProperty("inv_freq").Deserialize<double[]>()!;
        double[] frequencies = RotaryFrequencies.Compute(config, measured.GetProperty("sequence_length").GetInt64());
        Assert.Equal(expected.Length, frequencies.Length);
        Assert.All(expected.Zip(frequencies), pair => Assert.InRange(pair.Second / pair.First, 1 - 3e-6, 1 + 3e-6));
        Assert.Equal(measured.GetProperty("attention_factor").GetDouble(), RotaryFrequencies.AttentionFactor(config.RopeScaling), 12);

        // Written the older way and read again, nothing is lost.
        ModelConfig again = ModelConfig.Parse(config.ToJson());
        Assert.Equal((config.RopeTheta, config.RopeScaling), (again.RopeTheta, again.RopeScaling));
        Assert.Equal(config.RopeScaling, Parse(measured, "rope_scaling").RopeScaling);
    }

    [Fact]
    public void Compute_Linear_DividesEveryFrequency()
    {
        ModelConfig plain = TinyModels.Llama with { HeadDimension = 16 };
        double[] divided = RotaryFrequencies.Compute(
            plain with
            {
                RopeScaling = new() { Type = RopeType.Linear, Factor = 2.5 },
            },
            1
        );
        Assert.All(RotaryFrequencies.Compute(plain, 1).Zip(divided), pair => Assert.Equal(pair.First, pair.Second * 2.5, 12));
    }

    [Fact]
    public void Compute_Dynamic_IsPlainUntilTheModelsLengthAndThenSlowsAllButTheFirst()
    {
        double[] plain = RotaryFrequencies.Compute(TinyModels.Llama, 1);
        Assert.Equal(plain, RotaryFrequencies.Compute(TinyModels.Dynamic, 5));
        double[] slower = RotaryFrequencies.Compute(TinyModels.Dynamic, 20);
        Assert.Equal(1, slower[0]);

        // The lowest frequency is divided by factor · length / longest - (factor - 1) exactly: that is what the exponent D / (D - 2) is
        // for.
        Assert.Equal(plain[^1] / 7, slower[^1], 12);
    }

    [Fact]
    public void Compute_Yarn_KeepsFastAndDividesSlowPairs()
    {
        ModelConfig config = TinyModels.Llama with
        {
            HeadDimension = 128,
            RopeScaling = new()
            {
                Type = RopeType.Yarn,
                Factor = 16,
                OriginalMaxPositionEmbeddings = 4096,
            },
        };
        double[] plain = RotaryFrequencies.Compute(config with { RopeScaling = null }, 1);
        double[] scaled = RotaryFrequencies.Compute(config, 1);
        for (int i = 0; i < plain.Length; i++)
        {
            double turns = 4096 * plain[i] / (2 * Math.PI);
            double ratio = plain[i] / scaled[i];
            Assert.InRange(ratio, 1 - 1e-12, 16 + 1e-12);
            Assert.True(turns < 40 || Math.Abs(ratio - 1) < 1e-12, $"pair {i} turns {turns} times");
            Assert.True(turns > 0.8 || Math.Abs(ratio - 16) < 1e-9, $"pair {i} turns {turns} times");
        }

        Assert.Equal(1 + (0.1 * Math.Log(16)), RotaryFrequencies.AttentionFactor(config.RopeScaling), 12);
    }

    [Fact]
    public void Compute_Llama3_BlendsBetweenTheTwoWavelengths()
    {
        var scaling = new RopeScaling
        {
            Type = RopeType.Llama3,
            Factor = 8,
            LowFrequencyFactor = 1,
            HighFrequencyFactor = 4,
            OriginalMaxPositionEmbeddings = 64,
        };
        ModelConfig config = TinyModels.Llama with { HeadDimension = 12, RopeScaling = scaling };
        double[] plain = RotaryFrequencies.Compute(config with { RopeScaling = null }, 1);
        double[] scaled = RotaryFrequencies.Compute(config, 1);
        Assert.Equal(plain[0], scaled[0]); // wavelength 6.3, below 16
        double share = ((64 * plain[1] / (2 * Math.PI)) - 1) / 3; // wavelength 29
        Assert.Equal((share * plain[1]) + ((1 - share) * plain[1] / 8), scaled[1], 12);
        Assert.Equal(plain[2] / 8, scaled[2], 15); // wavelength 135, above 64
    }

    private static ModelConfig Parse(JsonElement measured, string field)
    {
        int width = measured.GetProperty("head_dim").GetInt32();
        return ModelConfig.Parse(
            $$"""
            {"model_type":"llama","vocab_size":8,"hidden_size":{{2
                * width}},"intermediate_size":8,"num_hidden_layers":1,"num_attention_heads":2,"head_dim":{{width}},
            "max_position_embeddings":{{measured.GetProperty("max_position_embeddings").GetRawText()}},"{{field}}":{{measured.GetProperty(
                "rope_parameters"
            ).GetRawText()}}}
            """
        );
    }
}
