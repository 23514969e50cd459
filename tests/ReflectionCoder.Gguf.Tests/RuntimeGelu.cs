using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests;

/// <summary>
/// GELU as llama.cpp computes it on a CPU: a table from float16 to float16, which is off by up to a thousandth. A model that computes it
/// alike can be compared as closely as others.
/// </summary>
internal static class RuntimeGelu
{
    /// <summary>The configuration with that GELU; unchanged where the family has none.</summary>
    internal static ModelConfig In(ModelConfig config)
    {
        Mlp mlp = config.Family.Mlp;
        return mlp == Mlp.GeGlu ? With(mlp with { Combine = inputs => Compute(inputs[0]).mul(inputs[1]) })
            : mlp == Mlp.Gelu ? With(mlp with { Combine = inputs => Compute(inputs[0]) })
            : config;

        ModelConfig With(Mlp rounded) => config with { Family = config.Family with { Mlp = rounded } };
    }

    private static Tensor Compute(Tensor x) =>
        nn.functional.gelu(x.half().to(ScalarType.Float32), GELU.Approximate.tanh).half().to(ScalarType.Float32);
}
