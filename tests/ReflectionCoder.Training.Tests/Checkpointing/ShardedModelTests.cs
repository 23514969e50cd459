using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

public sealed class ShardedModelTests
{
    private const long Small = 5000;

    public static TheoryData<ScalarType, bool, bool> Forms
    {
        get
        {
            var data = new TheoryData<ScalarType, bool, bool>();
            foreach (ScalarType dtype in (ScalarType[])[ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16])
            {
                foreach (bool tied in (bool[])[false, true])
                {
                    data.Add(dtype, tied, false);
                    data.Add(dtype, tied, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void SaveThenLoad_EveryForm_IsEqualToTheBit(ScalarType dtype, bool tied, bool sharded)
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama with { TieWordEmbeddings = tied }, dtype);
        ModelFolder.Save(folder.FullName, model, new ModelSaveOptions { MaxShardSize = sharded ? Small : long.MaxValue });
        Assert.Equal(sharded, File.Exists(folder[SafetensorsIndex.IndexFileName]));
        Assert.Equal(!sharded, File.Exists(folder[SafetensorsIndex.FileName]));
        using CausalLanguageModel again = ModelFolder.Load(folder.FullName, CPU, dtype);
        var naive = NaiveSafetensors.ReadFolder(folder.FullName);
        Assert.Equal(model.Parameters.Keys.Order(), naive.Keys.Order());
        Assert.Equal(tied, !naive.ContainsKey("lm_head.weight"));
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            byte[] expected = weight.bytes.ToArray();
            Assert.Equal(expected, again.Parameters[name].bytes.ToArray());
            Assert.Equal(expected, naive[name].Bytes);
            Assert.Equal(weight.shape, naive[name].Shape);
        }

        Assert.Equal(
            dtype switch
            {
                ScalarType.Float64 => "F64",
                ScalarType.Float32 => "F32",
                ScalarType.Float16 => "F16",
                _ => "BF16",
            },
            naive.Values.First().Dtype
        );
        Assert.Equal(model.Parameters.Keys, again.Parameters.Keys);
    }

    /// <summary>File by file what Hugging Face's function would do with this model.</summary>
    [Fact]
    public void Save_Shards_AreHuggingFaces()
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        ModelFolder.Save(folder.FullName, model, new ModelSaveOptions { MaxShardSize = Small });
        using JsonDocument index = JsonDocument.Parse(File.ReadAllText(folder[SafetensorsIndex.IndexFileName]));
        JsonElement map = index.RootElement.GetProperty("weight_map");
        Assert.Equal(
            map.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal),
            map.EnumerateObject().Select(field => field.Name)
        );
        List<(string Name, long Bytes)> order = [.. model.Parameters.Select(pair => (pair.Key, pair.Value.numel() * 4))];
        int count = Directory.GetFiles(folder.FullName, "model-*.safetensors").Length;
        Assert.True(count > 3);
        int shard = 0;
        long filled = 0;
        foreach ((string name, long bytes) in order)
        {
            if (shard == 0 || filled + bytes > Small)
            {
                shard++;
                filled = 0;
            }

            filled += bytes;
            Assert.True(bytes <= Small, "A weight larger than a shard would need the rule for such.");
            Assert.Equal($"model-{shard:D5}-of-{count:D5}.safetensors", map.GetProperty(name).GetString());
        }

        Assert.Equal(count, shard);
        Assert.Equal(order.Sum(weight => weight.Bytes), index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
    }

    [Fact]
    public void Save_WeightsMadeOneByOne_EqualTheModels()
    {
        using var whole = new TemporaryFolder();
        using var streamed = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Qwen2, ScalarType.BFloat16);
        ModelSaveOptions options = new() { MaxShardSize = Small };
        ModelFolder.Save(whole.FullName, model, options);
        long before = LiveTensors.Count();
        ModelFolder.Save(
            streamed.FullName,
            TinyModels.Qwen2,
            ScalarType.BFloat16,
            (name, shape) =>
            {
                Assert.InRange(Tensor.TotalCount - before, 0, 1); // the last one is gone
                Assert.Equal(model.Parameters[name].shape, shape);
                return model.Parameters[name].detach().clone();
            },
            options
        );
        Assert.Equal(
            Directory.GetFiles(whole.FullName).Select(Path.GetFileName).Order(),
            Directory.GetFiles(streamed.FullName).Select(Path.GetFileName).Order()
        );
        foreach (string file in Directory.GetFiles(whole.FullName))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(streamed[Path.GetFileName(file)]));
        }

        Assert.Throws<ArgumentException>(() => ModelFolder.Save(whole.FullName, TinyModels.Llama, ScalarType.Float32, (_, _) => ones([3])));
        using CausalLanguageModel untouched = ModelFolder.Load(whole.FullName, CPU);
        Assert.Equal(ScalarType.BFloat16, untouched.Dtype);
    }

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32, ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float16, ScalarType.BFloat16)]
    public void Load_OtherDtype_EqualsTorchsConversion(ScalarType stored, ScalarType wanted)
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama, stored);
        ModelFolder.Save(folder.FullName, model);
        using CausalLanguageModel loaded = ModelFolder.Load(folder.FullName, CPU, wanted);
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            using Tensor expected = weight.detach().to(wanted);
            Assert.Equal(expected.bytes.ToArray(), loaded.Parameters[name].bytes.ToArray());
        }
    }

    [Fact]
    public void Load_Progress_CountsEveryByteAndTensorOnce()
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        ModelFolder.Save(folder.FullName, model, new ModelSaveOptions { MaxShardSize = Small });
        ProgressLog log = new();
        using CausalLanguageModel loaded = ModelFolder.Load(folder.FullName, CPU, progress: log);
        long total = model.Parameters.Values.Sum(weight => weight.numel() * 4);
        Assert.All(log.Reports, report => Assert.Equal((total, model.Parameters.Count), (report.TotalBytes, report.TotalTensors)));
        Assert.Equal(log.Reports.OrderBy(report => report.BytesRead), log.Reports);
        Assert.Equal(model.Parameters.Keys.Order(), log.Reports.Select(report => report.TensorName).Order());
        Assert.Equal(Enumerable.Range(1, model.Parameters.Count), log.Reports.Select(report => report.TensorsRead));
        Assert.Equal((total, 1.0), (log.Reports[^1].BytesRead, log.Reports[^1].Fraction));
    }

    [Fact]
    public void Load_Cancelled_StopsAndFreesEverything()
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        ModelFolder.Save(folder.FullName, model);
        using CancellationTokenSource stop = new();
        ProgressLog log = new() { After = (3, stop.Cancel) };
        long before = LiveTensors.Count();
        Assert.Throws<OperationCanceledException>(() =>
            ModelFolder.Load(folder.FullName, CPU, progress: log, cancellationToken: stop.Token)
        );
        Assert.Equal(3, log.Reports.Count);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private sealed class ProgressLog : IProgress<ModelLoadProgress>
    {
        public List<ModelLoadProgress> Reports { get; } = [];

        public (int Count, Action Action)? After { get; init; }

        public void Report(ModelLoadProgress value)
        {
            Reports.Add(value);
            if (After is { } after && Reports.Count == after.Count)
            {
                after.Action();
            }
        }
    }
}
