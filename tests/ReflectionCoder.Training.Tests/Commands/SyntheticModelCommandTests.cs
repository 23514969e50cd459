using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Gguf;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The SyntheticModel sample at its border.</summary>
public sealed class SyntheticModelCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Norms and biases are those of a fresh model; Gemma's norms multiply by 1 + weight, so its fresh ones are 0.</summary>
    [Theory]
    [InlineData("llama")]
    [InlineData("gemma3")]
    [InlineData("starcoder2")]
    public void Run_EveryKindOfNorm_WritesFreshWeights(string kind)
    {
        ModelConfig config = kind switch
        {
            "gemma3" => TinyGguf.Gemma3,
            "starcoder2" => TinyGguf.Starcoder2,
            _ => TinyGguf.Llama,
        };
        File.WriteAllText(folder["config.json"], config.ToJson());
        SampleResult result = SampleProcess.Run(
            "SyntheticModel",
            ["--config", folder["config.json"], "--output", folder["model"], "--dtype", "bfloat16", "--seed", "5"]
        );
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        using CausalLanguageModel written = ModelFolder.Load(folder["model"]);
        using var expected = CausalLanguageModel.Create(config, dtype: ScalarType.BFloat16, seed: 5);
        Assert.Contains($"{expected.ParameterCount:N0} parameters", result.Output, StringComparison.Ordinal);
        Assert.Equal(expected.Parameters.Keys, written.Parameters.Keys);
        foreach ((string name, Tensor weight) in expected.Parameters)
        {
            float[] numbers = TinyGguf.Numbers(written.Parameters[name]);
            if (weight.dim() == 1)
            {
                Assert.Equal(TinyGguf.Numbers(weight), numbers);
                continue;
            }

            double spread = Math.Sqrt(numbers.Average(number => (double)number * number));
            Assert.InRange(spread, 0.85 * config.InitializerRange, 1.15 * config.InitializerRange);
        }
    }
}
