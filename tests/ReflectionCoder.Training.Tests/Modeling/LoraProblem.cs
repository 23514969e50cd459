using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>A model with an adapter that already changes something, and a loss over it.</summary>
internal static class LoraProblem
{
    /// <summary>Tokens whose rows train; not next to each other, and not all in the input.</summary>
    internal static int[] Tokens { get; } = [3, 9, 20];

    internal static LoraOptions Options { get; } = new() { Rank = 3, Alpha = 5 };

    internal static CausalLanguageModel Create(ModelConfig config, ScalarType dtype, LoraOptions? options = null, bool changed = true)
    {
        CausalLanguageModel model = TinyModels.Create(config, dtype);
        model.AddAdapter(options ?? Options, Tokens, seed: 11);
        if (changed)
        {
            Change(model.Lora!);
        }

        return model;
    }

    /// <summary>Adds an adapter and gives it.</summary>
    internal static LoraAdapter Adapt(this CausalLanguageModel model, LoraOptions options, IReadOnlyList<int> tokens, long seed)
    {
        model.AddAdapter(options, tokens, seed);
        return model.Lora!;
    }

    /// <summary>Gives B and the rows numbers as training would.</summary>
    internal static void Change(LoraAdapter adapter, ulong seed = 12)
    {
        using IDisposable noGrad = no_grad();
        using var generator = new Generator(seed, CPU);
        foreach ((string name, Tensor parameter) in adapter.Parameters)
        {
            if (!name.Contains("lora_A", StringComparison.Ordinal))
            {
                using Tensor noise = randn(parameter.shape, dtype: ScalarType.Float32, generator: generator);
                using Tensor scaled = noise.mul(0.1).to(parameter.dtype);
                parameter.add_(scaled);
            }
        }
    }

    internal static ModelInput Input(bool checkpointing = false, long? dropoutSeed = null) =>
        ModelInput.Create([1, 3, 3, 4, 9, 6, 7, 3, 2], [0, 1, 2, 3, 4, 0, 2, 3, 7], [5, 4], CPU) with
        {
            GradientCheckpointing = checkpointing,
            DropoutSeed = dropoutSeed,
        };

    /// <summary>Cross entropy and divergence of the last rows.</summary>
    internal static DistillationLoss Loss(CausalLanguageModel model, ModelInput input, IDistillationLoss? loss = null) =>
        (loss ?? DistillationLosses.Chunked(3)).Compute(
            new DistillationInput
            {
                Hidden = model.Forward(input),
                OutputWeight = model.OutputWeight,
                LogitTransform = model.LogitTransform,
                OutputRows = model.OutputRows?.Rows,
                OutputRowIds = model.OutputRows?.TokenIds,
                Targets = new DistillationTargets
                {
                    CrossEntropyRows = [0, 1, 2, 3, 5, 6, 7],
                    CrossEntropyLabels = [3, 3, 4, 9, 7, 20, 2],
                    TeacherRows = [2, 3, 4],
                    StudentRows = [6, 7, 8],
                },
            }
        );

    internal static Dictionary<string, double[]> Gradients(CausalLanguageModel model, ModelInput input, IDistillationLoss? loss = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Loss(model, input, loss).Total.backward();
        var gradients = new Dictionary<string, double[]>();
        foreach ((string name, Tensor weight) in model.Parameters.Concat(model.Lora?.Parameters ?? new Dictionary<string, Tensor>()))
        {
            if (weight.grad is { } gradient)
            {
                gradients.Add(name, TinyModels.Numbers(gradient));
                weight.grad = null;
            }
        }

        return gradients;
    }
}
