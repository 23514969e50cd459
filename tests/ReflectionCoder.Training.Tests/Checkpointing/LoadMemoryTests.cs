using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

/// <summary>Loading needs the memory of the weights and little more; saving needs next to none.</summary>
public sealed class LoadMemoryTests
{
    private static readonly ModelConfig Medium = new()
    {
        VocabularySize = 8192,
        HiddenSize = 1024,
        IntermediateSize = 2816,
        HiddenLayers = 6,
        AttentionHeads = 16,
        KeyValueHeads = 16,
        HeadDimension = 64,
    };

    [Theory]
    [InlineData(null, 1)]
    [InlineData(ScalarType.Float32, 2)]
    public void Load_200Megabytes_TakesLittleMoreThanTheWeights(ScalarType? dtype, int growth) =>
        Measure(Medium, 180_000_000, dtype, growth);

    /// <summary>A model like DeepSeek-Coder 1.3B: set REFLECTIONCODER_LARGE=1; takes 6 GB of disk, 3 GB of memory and minutes.</summary>
    [Fact]
    [Trait("Category", "Large")]
    public void Load_1300MillionParameters_TakesLittleMoreThanTheWeights()
    {
        Assert.SkipWhen(
            Environment.GetEnvironmentVariable("REFLECTIONCODER_LARGE") != "1",
            "Takes minutes and gigabytes: set REFLECTIONCODER_LARGE=1."
        );
        Measure(
            ModelConfig.Load(Path.Combine(RepositoryFolder.Path, "samples", "configs", "llama-1.3b.json")),
            2_690_000_000,
            dtype: null,
            growth: 1
        );
    }

    private static void Measure(ModelConfig config, long atLeast, ScalarType? dtype, int growth)
    {
        Assert.SkipUnless(File.Exists("/proc/self/status"), "The system doesn't tell a process' anonymous memory.");
        using var folder = new TemporaryFolder();
        ModelFolder.Save(folder.FullName, config, ScalarType.BFloat16, (_, shape) => full([.. shape], 0.01, dtype: ScalarType.BFloat16));
        long size = Directory.GetFiles(folder.FullName, "*.safetensors").Sum(file => new FileInfo(file).Length);
        Assert.True(size > atLeast, $"{size}");
        MeasuredLoad measured = MeasuredLoad.Start(folder.FullName, dtype);
        Assert.InRange(measured.Loading, (long)(0.9 * growth * size), (long)(1.15 * growth * size));
        Assert.InRange(measured.Saving, 0, size / 8);
    }
}
