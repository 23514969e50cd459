using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>Small configurations of every family, and inputs for them.</summary>
internal static class TinyModels
{
    internal static ModelConfig Llama { get; } =
        new()
        {
            VocabularySize = 37,
            HiddenSize = 24,
            IntermediateSize = 40,
            HiddenLayers = 2,
            AttentionHeads = 4,
            KeyValueHeads = 2,
            HeadDimension = 6,
            NormEpsilon = 1e-5,
            InitializerRange = 0.2,
        };

    internal static ModelConfig Qwen2 { get; } =
        Llama with
        {
            Family = ModelFamily.Qwen2,
            QueryKeyValueBias = true,
            TieWordEmbeddings = true,
            RopeTheta = 1e6,
        };

    /// <summary>
    /// Where goldens and the engine's tests are computed: $REFLECTIONCODER_TEST_DEVICE, which benchmarks/cuda.sh sets, or the CPU.
    /// </summary>
    internal static Device GoldenDevice => TorchDevice.Parse(Environment.GetEnvironmentVariable("REFLECTIONCODER_TEST_DEVICE") ?? "cpu");

    internal static ModelConfig Mistral { get; } = Llama with { Family = ModelFamily.Mistral };

    internal static ModelConfig Qwen3 { get; } =
        Llama with
        {
            Family = ModelFamily.Qwen3,
            HeadDimension = 8,
            TieWordEmbeddings = true,
            RopeTheta = 1e6,
        };

    internal static ModelConfig Gemma3 { get; } =
        Llama with
        {
            Family = ModelFamily.Gemma3,
            HeadDimension = 8,
            TieWordEmbeddings = true,
            EmbeddingScale = Math.Sqrt(24),
            AttentionScale = 1 / Math.Sqrt(11),
            RopeTheta = 1e6,
            SlidingRopeTheta = 100,
            SlidingWindow = 3,
            LayerTypes = [LayerType.SlidingAttention, LayerType.FullAttention],
        };

    /// <summary>The first layer has rotary embeddings, the second none.</summary>
    internal static ModelConfig SmolLM3 { get; } =
        Llama with
        {
            Family = ModelFamily.SmolLM3,
            RotaryLayers = [true, false],
            TieWordEmbeddings = true,
            RopeTheta = 2e6,
        };

    internal static ModelConfig Starcoder2 { get; } =
        Llama with
        {
            Family = ModelFamily.Starcoder2,
            QueryKeyValueBias = true,
            AttentionOutputBias = true,
            MlpBias = true,
            TieWordEmbeddings = true,
            RopeTheta = 1e6,
        };

    /// <summary>Frequencies follow the row's length beyond 5 tokens.</summary>
    internal static ModelConfig Dynamic { get; } =
        Llama with
        {
            MaxPositionEmbeddings = 5,
            RopeScaling = new() { Type = RopeType.Dynamic, Factor = 2 },
        };

    /// <summary>Positions from a table.</summary>
    internal static ModelConfig Absolute { get; } =
        Llama with
        {
            PositionEmbeddingType = PositionEmbeddingType.Absolute,
            MaxPositionEmbeddings = 40,
        };

    /// <summary>Models whose logits depend on what stands before a token, not on how long the row is.</summary>
    internal static Dictionary<string, ModelConfig> All { get; } =
        new()
        {
            ["llama"] = Llama,
            ["llama-linear"] = Llama with
            {
                RopeScaling = new() { Type = RopeType.Linear, Factor = 4 },
                RopeTheta = 1e5,
            },
            ["llama-llama3"] = Llama with
            {
                HeadDimension = 12,
                RopeScaling = new()
                {
                    Type = RopeType.Llama3,
                    Factor = 8,
                    LowFrequencyFactor = 1,
                    HighFrequencyFactor = 4,
                    OriginalMaxPositionEmbeddings = 64,
                },
            },
            ["llama-yarn"] = Llama with
            {
                HeadDimension = 12,
                MaxPositionEmbeddings = 256,
                RopeScaling = new()
                {
                    Type = RopeType.Yarn,
                    Factor = 4,
                    OriginalMaxPositionEmbeddings = 64,
                },
            },
            ["llama-absolute"] = Absolute,
            ["llama-biases"] = Llama with { QueryKeyValueBias = true, AttentionOutputBias = true, MlpBias = true },
            ["llama-wide-heads"] = Llama with { HeadDimension = 10, KeyValueHeads = 1 },
            ["llama-no-groups"] = Llama with { KeyValueHeads = 4 },
            ["qwen2"] = Qwen2,
            ["qwen2-yarn"] = Qwen2 with
            {
                HeadDimension = 12,
                RopeScaling = new()
                {
                    Type = RopeType.Yarn,
                    Factor = 8,
                    OriginalMaxPositionEmbeddings = 48,
                    Mscale = 0.7,
                    MscaleAllDim = 1,
                    BetaFast = 4,
                    BetaSlow = 0.5,
                    Truncate = false,
                },
            },
            ["qwen2-window"] = Qwen2 with { SlidingWindow = 3, LayerTypes = [LayerType.FullAttention, LayerType.SlidingAttention] },
            ["mistral"] = Mistral,
            ["mistral-window"] = Mistral with { SlidingWindow = 4 },
            ["qwen3"] = Qwen3,
            ["qwen3-biases-window"] = Qwen3 with
            {
                QueryKeyValueBias = true,
                AttentionOutputBias = true,
                TieWordEmbeddings = false,
                SlidingWindow = 2,
                LayerTypes = [LayerType.SlidingAttention, LayerType.FullAttention],
            },
            ["gemma3"] = Gemma3,
            ["gemma3-linear-capped-biases"] = Gemma3 with
            {
                RopeScaling = new() { Type = RopeType.Linear, Factor = 8 },
                LogitSoftCap = 1.5,
                QueryKeyValueBias = true,
                AttentionOutputBias = true,
                TieWordEmbeddings = false,
                LayerTypes = [LayerType.FullAttention, LayerType.SlidingAttention],
            },
            ["smollm3"] = SmolLM3,
            ["smollm3-no-positions"] = SmolLM3 with { RotaryLayers = [false, false] },
            ["smollm3-biases-window"] = SmolLM3 with
            {
                QueryKeyValueBias = true,
                AttentionOutputBias = true,
                MlpBias = true,
                TieWordEmbeddings = false,
                RotaryLayers = [false, true],
                SlidingWindow = 3,
                LayerTypes = [LayerType.SlidingAttention, LayerType.FullAttention],
            },
            ["starcoder2"] = Starcoder2,
            ["starcoder2-window"] = Starcoder2 with { SlidingWindow = 4 },
            ["starcoder2-no-biases"] = Starcoder2 with
            {
                QueryKeyValueBias = false,
                AttentionOutputBias = false,
                MlpBias = false,
                TieWordEmbeddings = false,
            },
        };

    /// <summary>Fresh biases are zero; this makes all one-dimensional weights count.</summary>
    internal static CausalLanguageModel Create(ModelConfig config, ScalarType dtype = ScalarType.Float32, long seed = 1)
    {
        CausalLanguageModel model = CausalLanguageModel.Create(config, CPU, dtype, seed);
        using IDisposable noGrad = no_grad();
        using var generator = new Generator((ulong)seed + 1, CPU);
        foreach (Tensor weight in model.Parameters.Values)
        {
            if (weight.shape.Length == 1)
            {
                using Tensor noise = randn(weight.shape, dtype: ScalarType.Float32, generator: generator);
                using Tensor scaled = noise.mul(0.3).to(dtype);
                weight.add_(scaled);
            }
        }

        return model;
    }

    internal static double[] Numbers(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }

    internal static double Distance(Tensor a, Tensor b)
    {
        Assert.Equal(a.shape, b.shape);
        return Distance(Numbers(a), Numbers(b));
    }

    internal static double Distance(double[] a, double[] b)
    {
        Assert.Equal(a.Length, b.Length);
        double largest = 0;
        for (int i = 0; i < a.Length; i++)
        {
            largest = double.IsNaN(a[i] - b[i]) ? double.PositiveInfinity : Math.Max(largest, Math.Abs(a[i] - b[i]));
        }

        return largest;
    }

    /// <summary>Logits of packed rows, [N, V].</summary>
    internal static Tensor Logits(CausalLanguageModel model, ModelInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        return model.LogitTransform.Apply(nn.functional.linear(model.Forward(input), model.OutputWeight)).MoveToOuterDisposeScope();
    }
}
