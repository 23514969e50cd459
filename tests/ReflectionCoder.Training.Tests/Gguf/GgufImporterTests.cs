using ReflectionCoder.Files;
using ReflectionCoder.Gguf;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>Files that are no model of ours are refused by key or tensor, and the folder stays as it was.</summary>
public sealed class GgufImporterTests
{
    private static readonly Dictionary<string, (Action<Changed> Change, string Field)> Changes = new()
    {
        ["architecture"] = (file => file.Set("general.architecture", "gpt2"), "general.architecture"),
        ["no architecture"] = (file => file.Remove("general.architecture"), "general.architecture"),
        ["no context"] = (file => file.Remove("llama.context_length"), "llama.context_length"),
        ["width of no number"] = (file => file.Set("llama.embedding_length", "wide"), "llama.embedding_length"),
        ["no heads"] = (file => file.Set("llama.attention.head_count", 0u), "llama.attention.head_count"),
        ["heads that don't divide"] = (file => file.Set("llama.attention.head_count_kv", 3u), "num_key_value_heads"),
        ["other values"] = (file => file.Set("llama.attention.value_length", 16u), "llama.attention.value_length"),
        ["partial rotation"] = (file => file.Set("llama.rope.dimension_count", 4u), "llama.rope.dimension_count"),
        ["experts"] = (file => file.Set("llama.expert_count", 8u), "llama.expert_count"),
        ["a window"] = (file => file.Set("llama.attention.sliding_window", 64u), "llama.attention.sliding_window"),
        ["an unknown key"] = (file => file.Set("llama.logit_scale", 2f), "llama.logit_scale"),
        ["an unknown scaling"] = (file => file.Set("llama.rope.scaling.type", "longrope"), "llama.rope.scaling.type"),
        ["another vocabulary"] = (file => file.Set("llama.vocab_size", 300u), "llama.vocab_size"),
        ["more layers"] = (file => file.Set("llama.block_count", 3u), "blk.2.attn_q.weight"),
        ["very many layers"] = (file => file.Set("llama.block_count", 9999u), "llama.block_count"),
        ["fewer layers"] = (file => file.Set("llama.block_count", 1u), "blk.1.attn_q.weight"),
        ["a wider MLP"] = (file => file.Set("llama.feed_forward_length", 65u), "blk.0.ffn_gate.weight"),
        ["an unknown vocabulary"] = (file => file.Set("tokenizer.ggml.model", "bert"), "tokenizer.ggml.model"),
        ["an unknown split"] = (file => file.Set("tokenizer.ggml.pre", "viking"), "tokenizer.ggml.pre"),
        ["no split"] = (file => file.Remove("tokenizer.ggml.pre"), "tokenizer.ggml.pre"),
        ["no merges"] = (file => file.Remove("tokenizer.ggml.merges"), "tokenizer.ggml.merges"),
        ["fewer tokens"] = (file => file.Set("tokenizer.ggml.tokens", ["a", "b"]), "tokenizer.ggml.tokens"),
        ["a token twice"] = (file => file.SetToken(40, "a"), "tokenizer.ggml.tokens"),
        ["an unknown type"] = (file => file.SetType(40, 9), "tokenizer.ggml.token_type"),
        ["no eos"] = (file => file.Remove("tokenizer.ggml.eos_token_id"), "tokenizer.ggml.eos_token_id"),
        ["an eos that isn't there"] = (file => file.Set("tokenizer.ggml.eos_token_id", 268u), "tokenizer.ggml.eos_token_id"),
        ["scores for bytes"] = (file => file.Set("tokenizer.ggml.model", "llama"), "tokenizer.ggml.scores"),
        ["broken rope factors"] = (file => file.AddTensor("rope_freqs.weight", [1, 7, 2, 3]), "rope_freqs.weight"),
        ["too many rope factors"] = (file => file.AddTensor("rope_freqs.weight", [1, 1, 1, 1, 1]), "rope_freqs.weight"),
        ["another tensor"] = (file => file.AddTensor("blk.0.attn_rot_embd", [1, 1]), "blk.0.attn_rot_embd"),
    };

    private static readonly Dictionary<string, (Action<Changed> Change, string Field)> GemmaChanges = new()
    {
        ["a window of no number"] = (file => file.Set("gemma3.attention.sliding_window", "wide"), "gemma3.attention.sliding_window"),
        ["an order of no number"] = (
            file => file.Set("gemma3.attention.sliding_window_pattern", ["a", "b"]),
            "gemma3.attention.sliding_window_pattern"
        ),
        ["a base of no number"] = (file => file.Set("gemma3.rope.freq_base_swa", float.NaN), "gemma3.rope.freq_base_swa"),
        ["a base of 0"] = (file => file.Set("gemma3.rope.freq_base_swa", 0f), "SlidingRopeTheta"),
        ["a negative cap"] = (file => file.Set("gemma3.final_logit_softcapping", -1f), "LogitSoftCap"),
        ["attention that is capped"] = (file => file.Set("gemma3.attn_logit_softcapping", 50f), "gemma3.attn_logit_softcapping"),
        ["yarn with a factor of its own"] = (
            file =>
            {
                file.Set("gemma3.rope.scaling.type", "yarn");
                file.Set("gemma3.rope.scaling.factor", 4f);
                file.Set("gemma3.rope.scaling.attn_factor", 1.2f);
            },
            "gemma3.rope.scaling.attn_factor"
        ),
        ["no epsilon"] = (file => file.Remove("gemma3.attention.layer_norm_rms_epsilon"), "gemma3.attention.layer_norm_rms_epsilon"),
        ["very many layers"] = (file => file.Set("gemma3.block_count", (uint)int.MaxValue), "gemma3.block_count"),
    };

    private static readonly Dictionary<string, (Action<Changed> Change, string Field)> StarcoderChanges = new()
    {
        ["another norm's epsilon"] = (
            file =>
            {
                file.Remove("starcoder2.attention.layer_norm_epsilon");
                file.Set("starcoder2.attention.layer_norm_rms_epsilon", 1e-5f);
            },
            "starcoder2.attention.layer_norm_epsilon"
        ),
        ["a window"] = (file => file.Set("starcoder2.attention.sliding_window", 64u), "starcoder2.attention.sliding_window"),
        ["a norm without a bias"] = (file => file.RemoveTensor("blk.1.attn_norm.bias"), "blk.1.attn_norm.bias"),
        ["a projection without a bias"] = (file => file.RemoveTensor("blk.1.ffn_up.bias"), "blk.1.ffn_up.bias"),
    };

    public static TheoryData<string> ChangeNames => [.. Changes.Keys];

    public static TheoryData<string> GemmaChangeNames => [.. GemmaChanges.Keys];

    public static TheoryData<string> StarcoderChangeNames => [.. StarcoderChanges.Keys];

    [Theory]
    [MemberData(nameof(ChangeNames))]
    public void Import_FileThatIsNoModelOfOurs_IsRefused(string name) => Refused(TinyGguf.Llama, Changes[name]);

    [Theory]
    [MemberData(nameof(GemmaChangeNames))]
    public void Import_WindowsOrFactorsThatArentOurs_AreRefused(string name) => Refused(TinyGguf.Gemma3, GemmaChanges[name]);

    [Theory]
    [MemberData(nameof(StarcoderChangeNames))]
    public void Import_LayerNormsAndBiasesThatArentOurs_AreRefused(string name) => Refused(TinyGguf.Starcoder2, StarcoderChanges[name]);

    /// <summary>Files of llama.cpp's converter name neither the order of the layers nor the base of those with a window.</summary>
    [Fact]
    public void Import_WindowWithoutOrderAndBase_HasTheRuntimes()
    {
        using TemporaryFolder folder = new();
        Changed file = Changed.Export(folder["tiny.gguf"], TinyGguf.Gemma3 with { HiddenLayers = 7, LayerTypes = [.. EverySixth(7)] });
        file.Remove("gemma3.attention.sliding_window_pattern");
        file.Remove("gemma3.rope.freq_base_swa");
        file.Remove("gemma3.rope.freq_base");
        file.Write(folder["tiny.gguf"]);
        GgufImporter.Import(folder["tiny.gguf"], folder["model"]);
        var config = ModelConfig.Load(Path.Combine(folder["model"], "config.json"));
        Assert.Equal((3, 10000, 10000), (config.SlidingWindow, config.SlidingRopeTheta, config.RopeTheta));
        Assert.Equal(EverySixth(7), config.LayerTypes);
    }

    /// <summary>To the runtime 0 stands for no layer with full attention, and a window of 0 for none.</summary>
    [Fact]
    public void Import_OrderOrWindowOfZero_IsTheRuntimes()
    {
        using TemporaryFolder folder = new();
        Changed file = Changed.Export(folder["tiny.gguf"], TinyGguf.Gemma3);
        file.Set("gemma3.attention.sliding_window_pattern", 0u);
        file.Write(folder["tiny.gguf"]);
        GgufImporter.Import(folder["tiny.gguf"], folder["all"]);
        var all = ModelConfig.Load(Path.Combine(folder["all"], "config.json"));
        Assert.Equal([LayerType.SlidingAttention, LayerType.SlidingAttention], all.LayerTypes);
        file.Set("gemma3.attention.sliding_window", 0u);
        file.Write(folder["tiny.gguf"]);
        GgufImporter.Import(folder["tiny.gguf"], folder["none"]);
        Assert.False(ModelConfig.Load(Path.Combine(folder["none"], "config.json")).HasWindows);
    }

    [Fact]
    public void Import_UnchangedFile_IsFine()
    {
        using TemporaryFolder folder = new();
        Changed.Export(folder["tiny.gguf"]).Write(folder["again.gguf"]);
        Assert.Equal(File.ReadAllBytes(folder["tiny.gguf"]), File.ReadAllBytes(folder["again.gguf"]));
        GgufImporter.Import(folder["again.gguf"], folder["model"]);
        using PretrainedModel read = PretrainedModel.Load(new() { Directory = folder["model"], Device = "cpu" });
        Assert.Equal(270, read.Model.VocabularySize);
    }

    [Fact]
    public void Import_Dtype_ConvertsTheWeights()
    {
        using TemporaryFolder folder = new();
        Changed.Export(folder["tiny.gguf"]);
        GgufImporter.Import(folder["tiny.gguf"], folder["model"], ScalarType.BFloat16);
        using CausalLanguageModel model = ModelFolder.Load(folder["model"]);
        Assert.Equal((ScalarType.BFloat16, ScalarType.BFloat16), (model.Dtype, model.Config.StoredDtype!.Value));
        Assert.Throws<ArgumentException>(() => GgufImporter.Import(folder["tiny.gguf"], folder["model"], ScalarType.Int32));
    }

    [Fact]
    public void Import_Cancelled_LeavesTheFormerModel()
    {
        using TemporaryFolder folder = new();
        Changed.Export(folder["tiny.gguf"]);
        Directory.CreateDirectory(folder["model"]);
        File.WriteAllText(Path.Combine(folder["model"], "config.json"), "former");
        using CancellationTokenSource source = new();
        int heard = 0;
        StopAfter stop = new(() =>
        {
            if (++heard == 3)
            {
                source.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() =>
            GgufImporter.Import(folder["tiny.gguf"], folder["model"], progress: stop, cancellationToken: source.Token)
        );
        Assert.Equal(3, heard);
        Assert.Equal(["config.json"], Directory.GetFileSystemEntries(folder["model"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Load_GgufFile_SaysHowToImportIt()
    {
        using TemporaryFolder folder = new();
        Changed.Export(folder["tiny.gguf"]);
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder["tiny.gguf"]));
        Assert.Contains("GgufImporter.Import", error.Message, StringComparison.Ordinal);
    }

    private static void Refused(ModelConfig config, (Action<Changed> Change, string Field) wrong)
    {
        using TemporaryFolder folder = new();
        Changed file = Changed.Export(folder["tiny.gguf"], config);
        wrong.Change(file);
        file.Write(folder["tiny.gguf"]);
        DataFormatException error = Assert.Throws<DataFormatException>(() => GgufImporter.Import(folder["tiny.gguf"], folder["model"]));
        Assert.Equal((folder["tiny.gguf"], wrong.Field), (error.Path, error.Field));
        Assert.False(Directory.Exists(folder["model"]));
    }

    private static IEnumerable<LayerType> EverySixth(int layers) =>
        Enumerable.Range(1, layers).Select(layer => layer % 6 == 0 ? LayerType.FullAttention : LayerType.SlidingAttention);

    private sealed class StopAfter(Action act) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => act();
    }

    /// <summary>An exported model whose keys and tensors can be changed one by one.</summary>
    private sealed class Changed
    {
        private readonly OrderedDictionary<string, object> keys;
        private readonly List<(string Name, long[] Shape, GgufTensorType Type, byte[] Data)> tensors = [];

        private Changed(string path)
        {
            NaiveGguf file = new(path);
            keys = file.Keys;
            using MemoryStream stream = new(file.Bytes);
            foreach (GgufTensor tensor in GgufHeader.Read(stream, path).Tensors.Values)
            {
                byte[] data = file.Bytes.AsSpan((int)tensor.Offset, (int)tensor.Bytes).ToArray();
                tensors.Add((tensor.Name, [.. tensor.Shape], tensor.Type, data));
            }
        }

        public static Changed Export(string path, ModelConfig? config = null)
        {
            using CausalLanguageModel model = TinyModels.Create(config ?? TinyGguf.Llama);
            GgufExporter.Export(model, TinyGguf.Tokenizer, path, new() { Type = "f16" });
            return new Changed(path);
        }

        public void Set(string key, object value) => keys[key] = value;

        public void Set(string key, string[] values) => keys[key] = values.Cast<object>().ToArray();

        public void Remove(string key) => keys.Remove(key);

        public void SetToken(int id, string text) => ((object[])keys["tokenizer.ggml.tokens"])[id] = text;

        public void SetType(int id, int type) => ((object[])keys["tokenizer.ggml.token_type"])[id] = type;

        public void AddTensor(string name, float[] numbers)
        {
            byte[] data = new byte[numbers.Length * 4];
            Buffer.BlockCopy(numbers, 0, data, 0, data.Length);
            tensors.Add((name, [numbers.Length], GgufTensorType.F32, data));
        }

        public void RemoveTensor(string name) => Assert.Equal(1, tensors.RemoveAll(tensor => tensor.Name == name));

        public void Write(string path)
        {
            using GgufKeys written = new();
            foreach ((string key, object value) in keys)
            {
                Add(written, key, value);
            }

            IReadOnlyList<GgufTensor> placed = GgufLayout.Place(
                tensors.Select(tensor => (tensor.Name, (IReadOnlyList<long>)tensor.Shape, tensor.Type))
            );
            using FileStream file = File.Create(path);
            file.Write(GgufLayout.Head(written, placed));
            foreach ((_, _, _, byte[] data) in tensors)
            {
                file.Write(data);
                file.Write(GgufLayout.Padding(data.Length));
            }
        }

        private static void Add(GgufKeys written, string key, object value)
        {
            switch (value)
            {
                case uint number:
                    written.Add(key, number);
                    break;
                case float number:
                    written.Add(key, number);
                    break;
                case bool flag:
                    written.Add(key, flag);
                    break;
                case string text:
                    written.Add(key, text);
                    break;
                case object[] items when items.All(item => item is int) && items.Length > 0:
                    written.Add(key, [.. items.Cast<int>()]);
                    break;
                case object[] items:
                    written.Add(key, [.. items.Cast<string>()]);
                    break;
            }
        }
    }
}
