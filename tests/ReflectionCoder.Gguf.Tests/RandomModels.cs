using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests;

/// <summary>Small models whose norms and biases are random too: fresh ones, which are 1 and 0, hide errors.</summary>
internal static class RandomModels
{
    internal static ModelConfig Llama { get; } =
        new()
        {
            VocabularySize = 272,
            HiddenSize = 64,
            IntermediateSize = 96,
            HiddenLayers = 2,
            AttentionHeads = 4,
            KeyValueHeads = 2,
            HeadDimension = 16,
            MaxPositionEmbeddings = 512,
            NormEpsilon = 1e-5,
            InitializerRange = 0.15,
        };

    internal static ModelConfig Mistral { get; } = Llama with { Family = ModelFamily.Mistral, HeadDimension = 32 };

    internal static ModelConfig Qwen2 { get; } =
        Llama with
        {
            Family = ModelFamily.Qwen2,
            QueryKeyValueBias = true,
            TieWordEmbeddings = true,
            RopeTheta = 1e6,
        };

    internal static ModelConfig Qwen3 { get; } = Llama with { Family = ModelFamily.Qwen3, HeadDimension = 24, RopeTheta = 1e6 };

    /// <summary>Five of six layers have a window, which is smaller than the rows of the tests.</summary>
    internal static ModelConfig Gemma3 { get; } =
        Llama with
        {
            Family = ModelFamily.Gemma3,
            HiddenLayers = 7,
            HeadDimension = 24,
            TieWordEmbeddings = true,
            RopeTheta = 1e6,
            EmbeddingScale = 8,
            AttentionScale = 1 / Math.Sqrt(24),
            SlidingRopeTheta = 1e4,
            SlidingWindow = 32,
            LayerTypes = EveryNth(6, 7),
        };

    /// <summary>The fourth of five layers has no rotary embeddings.</summary>
    internal static ModelConfig SmolLM3 { get; } =
        Llama with
        {
            Family = ModelFamily.SmolLM3,
            HiddenLayers = 5,
            RotaryLayers = [true, true, true, false, true],
            TieWordEmbeddings = true,
            RopeTheta = 5e6,
        };

    internal static ModelConfig Starcoder2 { get; } =
        Llama with
        {
            Family = ModelFamily.Starcoder2,
            QueryKeyValueBias = true,
            AttentionOutputBias = true,
            MlpBias = true,
            TieWordEmbeddings = true,
            RopeTheta = 1e5,
        };

    /// <summary>Layers of which every n-th has full attention and the others a window.</summary>
    internal static IReadOnlyList<LayerType> EveryNth(int n, int layers) =>
        [.. Enumerable.Range(1, layers).Select(layer => layer % n == 0 ? LayerType.FullAttention : LayerType.SlidingAttention)];

    internal static CausalLanguageModel Create(ModelConfig config, long seed = 1, ScalarType dtype = ScalarType.Float32)
    {
        var model = CausalLanguageModel.Create(config, dtype: dtype, seed: seed);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new((ulong)seed + 1, CPU);
        foreach ((string name, Tensor weight) in model.Parameters.Where(pair => pair.Value.dim() == 1))
        {
            Tensor drawn = randn(weight.shape, dtype: ScalarType.Float32, generator: generator).mul_(0.3);
            double fresh = name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : config.Family.Norm.FreshWeight;
            weight.copy_(drawn.add_(fresh));
        }

        return model;
    }

    /// <summary>
    /// Divides what the MLPs add by 256. llama.cpp looks GELU up in a table of float16, so what it makes of one is off by a thousandth;
    /// divided, that doesn't hide other differences, and an MLP that is wrong still stands out.
    /// </summary>
    internal static void Quieten(CausalLanguageModel model)
    {
        const double factor = 1.0 / 256;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ModelFamily family = model.Config.Family;
        string last = family.LayerNorms.AfterMlp ?? $"mlp.{family.Mlp.Output}";
        double offset = family.LayerNorms.AfterMlp is not null && family.Norm.AddsOne ? 1 : 0;
        foreach ((_, Tensor weight) in model.Parameters.Where(pair => pair.Key.Contains($".{last}.", StringComparison.Ordinal)))
        {
            weight.copy_(weight.add(offset).mul(factor).sub(offset));
        }
    }

    /// <summary>The logits of each position of one row, [T][V].</summary>
    internal static float[][] Logits(CausalLanguageModel model, IReadOnlyList<int> ids)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] positions = [.. Enumerable.Range(0, ids.Count).Select(position => (long)position)];
        using var input = ModelInput.Create([.. ids.Select(id => (long)id)], positions, [ids.Count], CPU);
        Tensor logits = model.LogitTransform.Apply(model.Forward(input).mm(model.OutputWeight.t())).to(ScalarType.Float32);
        return [.. Enumerable.Range(0, ids.Count).Select(position => logits[position].data<float>().ToArray())];
    }

    internal static double Distance(float[][] left, float[][] right) =>
        left.Zip(right).Max(rows => rows.First.Zip(rows.Second).Max(pair => Math.Abs((double)pair.First - pair.Second)));

    internal static int[] Ids(int count, int vocabulary = 256, int seed = 7)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }
}
