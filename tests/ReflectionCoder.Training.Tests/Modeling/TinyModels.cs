using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>Small configurations of every family, and inputs for them.</summary>
internal static class TinyModels
{
    internal static ModelConfig Llama { get; } = new()
    {
        VocabularySize = 37,
        HiddenSize = 24,
        IntermediateSize = 40,
        HiddenLayers = 2,
        AttentionHeads = 4,
        KeyValueHeads = 2,
        HeadDimension = 6,
        RmsNormEpsilon = 1e-5,
        InitializerRange = 0.2,
    };

    internal static ModelConfig Qwen2 { get; } = Llama with
    {
        Architecture = ModelArchitecture.Qwen2,
        QueryKeyValueBias = true,
        TieWordEmbeddings = true,
        RopeTheta = 1e6,
    };

    /// <summary>Where goldens are computed: $REFLECTIONCODER_TEST_DEVICE, which benchmarks/cuda.sh sets, or the CPU.</summary>
    internal static Device GoldenDevice => TorchDevice.Parse(Environment.GetEnvironmentVariable("REFLECTIONCODER_TEST_DEVICE") ?? "cpu");

    internal static Dictionary<string, ModelConfig> All { get; } = new()
    {
        ["llama"] = Llama,
        ["llama-linear"] = Llama with { RopeScalingFactor = 4, RopeTheta = 1e5 },
        ["llama-biases"] = Llama with { QueryKeyValueBias = true, AttentionOutputBias = true, MlpBias = true },
        ["llama-wide-heads"] = Llama with { HeadDimension = 10, KeyValueHeads = 1 },
        ["llama-no-groups"] = Llama with { KeyValueHeads = 4 },
        ["qwen2"] = Qwen2,
        ["mistral"] = Llama with { Architecture = ModelArchitecture.Mistral },
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
        return nn.functional.linear(model.Forward(input), model.OutputWeight).MoveToOuterDisposeScope();
    }
}
