using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Checkpointing;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>An export needs memory for the largest weight, and not for the model.</summary>
public sealed class GgufMemoryTests(ITestOutputHelper output)
{
    private const long Mebibyte = 1 << 20;

    /// <summary>280 MB in bfloat16; the largest matrix has 17 MB.</summary>
    private static readonly ModelConfig Medium = new()
    {
        VocabularySize = 8192,
        HiddenSize = 1024,
        IntermediateSize = 2816,
        HiddenLayers = 10,
        AttentionHeads = 16,
        KeyValueHeads = 16,
        HeadDimension = 64,
    };

    [Fact]
    public void Export_280Megabytes_TakesMemoryForAWeight()
    {
        MeasuredExport measured = Measure(Medium, 280_000_000);
        Assert.InRange(measured.Peak - measured.Before, Mebibyte, 240 * Mebibyte);
    }

    /// <summary>A model like DeepSeek-Coder 1.3B: set REFLECTIONCODER_LARGE=1; takes 5 GB of disk and minutes.</summary>
    [Fact]
    [Trait("Category", "Large")]
    public void Export_1300MillionParameters_TakesMemoryForAWeight()
    {
        Assert.SkipWhen(
            Environment.GetEnvironmentVariable("REFLECTIONCODER_LARGE") != "1",
            "Takes minutes and gigabytes: set REFLECTIONCODER_LARGE=1."
        );
        var config = ModelConfig.Load(Path.Combine(RepositoryFolder.Path, "samples", "configs", "llama-1.3b.json"));
        MeasuredExport measured = Measure(config, 2_690_000_000);
        Assert.InRange(measured.Peak, measured.Before, 768 * Mebibyte);
    }

    private MeasuredExport Measure(ModelConfig config, long atLeast)
    {
        Assert.SkipUnless(File.Exists("/proc/self/status"), "The system doesn't tell a process' resident memory.");
        using TemporaryFolder folder = new();
        ModelFolder.Save(
            folder["model"],
            config,
            ScalarType.BFloat16,
            (_, shape) => full([.. shape], 0.01, dtype: ScalarType.BFloat16),
            options: null,
            TinyGguf.Tokenizer.Save
        );
        long size = Directory.GetFiles(folder["model"], "*.safetensors").Sum(file => new FileInfo(file).Length);
        Assert.True(size > atLeast, $"{size}");
        var measured = MeasuredExport.Start(folder["model"], folder["model.gguf"], "q8_0");
        long written = new FileInfo(folder["model.gguf"]).Length;
        output.WriteLine(
            $"{size:N0} bytes to {written:N0} in {measured.Time.TotalSeconds:F1} s; at most {measured.Peak / Mebibyte} MiB resident, "
                + $"{measured.Before / Mebibyte} MiB of them before the export"
        );
        Assert.InRange(written, size * 34 / 64, size * 35 / 64);
        return measured;
    }
}
