using ReflectionCoder.Gguf;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests;

/// <summary>
/// llama.cpp has keys for yarn's betas, but reads them for some architectures only, of which none is ours; and LLamaSharp gives 32 and 1
/// itself, unless told otherwise. So a model with others is refused. If this fails, they may be written instead.
/// </summary>
public sealed class YarnBetaTests
{
    private const double Fast = 2;
    private const double Slow = 0.1;

    private static readonly Dictionary<string, ModelConfig> Configs = new()
    {
        ["llama"] = RandomModels.Llama,
        ["qwen2"] = RandomModels.Qwen2,
        ["qwen3"] = RandomModels.Qwen3,
        ["gemma3"] = RandomModels.Gemma3,
        ["starcoder2"] = RandomModels.Starcoder2,
    };

    public static TheoryData<string> Models => [.. Configs.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void Runtime_BetasInTheFile_AreNotRead(string name)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        RopeScaling yarn = new()
        {
            Type = RopeType.Yarn,
            Factor = 4,
            OriginalMaxPositionEmbeddings = 64,
        };
        using CausalLanguageModel model = RandomModels.Create(Configs[name] with { RopeScaling = yarn });
        (string plain, string named) = (folder.File("plain.gguf"), folder.File("named.gguf"));
        GgufExporter.Export(model, CodeTokenizer.CreateByteLevel(), plain, new() { Type = "f32" });
        File.WriteAllBytes(named, WithBetas(File.ReadAllBytes(plain), model.Config.Family.Gguf!.Architecture));
        int[] ids = RandomModels.Ids(100);
        float[][] expected = LlamaRuntime.Logits(plain, ids);
        Assert.Equal(expected, LlamaRuntime.Logits(named, ids));

        // A negative number asks for the file's.
        Assert.Equal(expected, LlamaRuntime.Logits(named, ids, context => (context.YarnBetaFast, context.YarnBetaSlow) = (-1, -1)));

        // Told by the caller they count, and are what our forward computes with (but for GELU).
        float[][] told = LlamaRuntime.Logits(
            plain,
            ids,
            context => (context.YarnBetaFast, context.YarnBetaSlow) = ((float)Fast, (float)Slow)
        );
        Assert.InRange(RandomModels.Distance(expected, told), 0.05, double.MaxValue);
        using CausalLanguageModel other = RandomModels.Create(
            Configs[name] with
            {
                RopeScaling = yarn with { BetaFast = Fast, BetaSlow = Slow },
            }
        );
        Assert.InRange(RandomModels.Distance(RandomModels.Logits(other, ids), told), 0, 1e-2);
    }

    /// <summary>The file with keys for the betas in front of the others, so many bytes that the data stays aligned.</summary>
    private static byte[] WithBetas(byte[] file, string architecture)
    {
        using GgufKeys keys = new();
        keys.Add(architecture + ".rope.scaling.yarn_beta_fast", (float)Fast);
        keys.Add(architecture + ".rope.scaling.yarn_beta_slow", (float)Slow);
        using GgufKeys empty = new();
        empty.Add("test.padding", "");
        int missing = -(keys.Bytes.Length + empty.Bytes.Length) & (GgufLayout.Alignment - 1);
        keys.Add("test.padding", new string('x', missing));
        const int counts = 24;
        byte[] changed = [.. file.AsSpan(0, counts), .. keys.Bytes, .. file.AsSpan(counts)];
        BitConverter.TryWriteBytes(changed.AsSpan(16), BitConverter.ToUInt64(file, 16) + (ulong)keys.Count);
        return changed;
    }
}
