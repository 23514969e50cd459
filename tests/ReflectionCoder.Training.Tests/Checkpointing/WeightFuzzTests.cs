using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

/// <summary>
/// Broken headers and indexes: typed errors or a whole model, never a crash, a hang or memory without bound. $REFLECTIONCODER_FUZZ sets the
/// number of cases; the full run has 20,000.
/// </summary>
public sealed class WeightFuzzTests
{
    private const string Index = SafetensorsIndex.IndexFileName;
    private static readonly int Cases = int.Parse(
        Environment.GetEnvironmentVariable("REFLECTIONCODER_FUZZ") ?? "300",
        CultureInfo.InvariantCulture
    );

    private static readonly string[] Values =
    [
        "null",
        "true",
        "-1",
        "0",
        "1",
        "1e9",
        "1.5",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "-9223372036854775808",
        "4294967296",
        "[]",
        "{}",
        "\"\"",
        "\"F32\"",
        "\"F64\"",
        "\"I64\"",
        "\"BF16\"",
        "\"F8_E4M3\"",
        "\"\\ud800\"",
        "[0,0]",
        "[0,9223372036854775807]",
        "[-1,4]",
        "[4294967296,4294967296]",
        "[0,4611686018427387904,8]",
        "[1,1,1,1,1,1,1,1,1,1]",
        "\"../model-00001-of-00003.safetensors\"",
        "\"/etc/passwd\"",
        "\"..\"",
        "\".\"",
        "\"a\\u0000b\"",
        "\"config.json\"",
        "\"model-00001-of-00003.safetensors\"",
        "\"model-00002-of-00003.safetensors\"",
        "\"absent.safetensors\"",
    ];

    [Fact]
    public void Load_MutatedHeadersAndIndexes_ThrowsTypedErrorsOrLoads()
    {
        using var single = new TemporaryFolder();
        using var sharded = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama with { HiddenLayers = 1 });
        ModelFolder.Save(single.FullName, model);
        ModelFolder.Save(sharded.FullName, model, new ModelSaveOptions { MaxShardSize = 10_000 });
        Dictionary<string, byte[]>[] sources = [Files(single), Files(sharded)];
        long tensors = LiveTensors.Count();
        Random random = new(20_000);
        int refused = 0;
        for (int i = 0; i < Cases; i++)
        {
            Dictionary<string, byte[]> files = new(sources[i % 2]);
            Mutate(files, random);
            using var folder = new TemporaryFolder();
            foreach ((string name, byte[] content) in files)
            {
                File.WriteAllBytes(folder[name], content);
            }

            long size = files.Values.Sum(content => content.LongLength);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using CausalLanguageModel loaded = ModelFolder.Load(folder.FullName, CPU, progress: new Bound(size));
                Assert.Equal(model.ParameterCount, loaded.ParameterCount);
            }
            catch (Exception e) when (e is DataFormatException or DataFormatException or FileNotFoundException)
            {
                Assert.Contains(folder.FullName, e.Message, StringComparison.Ordinal);
                refused++;
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 1_000_000 + (40 * size), $"Case {i} allocated {allocated} bytes for files of {size}.");
            Assert.Equal(tensors, Tensor.TotalCount);
        }

        // Both ends must be there, or the test says little.
        Assert.InRange(refused, Cases / 10, Cases - 1);
    }

    /// <summary>Headers that are made to take long or much: each is refused at once.</summary>
    [Fact]
    public void Open_HostileSizes_AreRefusedQuickly()
    {
        string ones = string.Join(',', Enumerable.Repeat("1", 400_000));
        foreach (
            (string header, string expected) in ((string, string)[])
                [
                    ("{" + string.Concat(Enumerable.Repeat("\"a\":{", 5000)), "JSON"),
                    ("{\"a\":" + new string('[', 100_000), "JSON"),
                    ($"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{ones}],\"data_offsets\":[0,1]}}}}", "at most 64"),
                    ($"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{ones},{{}}],\"data_offsets\":[0,1]}}}}", "whole numbers"),
                    ($"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[{ones}]}}}}", "begin"),
                    ($"{{\"a\":{{\"dtype\":\"{new string('x', 1_000_000)}\",\"shape\":[1],\"data_offsets\":[0,1]}}}}", "not supported"),
                    ($"{{\"a\":{{{string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"f{i}\":0"))}}}}}", "its fields"),
                    ("{\"a\":{\"dtype\":\"U8\",\"shape\":[0,4611686018427387904,8],\"data_offsets\":[0,0]}}", "64 bits"),
                ]
        )
        {
            using var folder = new TemporaryFolder();
            byte[] json = Encoding.UTF8.GetBytes(header);
            File.WriteAllBytes(folder["model.safetensors"], WithHeader(json, [0]));
            long before = GC.GetAllocatedBytesForCurrentThread();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            DataFormatException error = Assert.Throws<DataFormatException>(() => SafetensorsIndex.Open(folder.FullName));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.InRange(error.Message.Length, 10, 1000);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{expected}: {watch.Elapsed}");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000 + (40L * json.Length));
        }
    }

    [Fact]
    public void Open_TensorInTwoShards_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using Tensor a = ones([2]);
        using Tensor b = ones([3]);
        SafetensorsFile.Write(folder["one.safetensors"], new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b });
        SafetensorsFile.Write(folder["two.safetensors"], new Dictionary<string, Tensor> { ["a"] = a, ["c"] = b });
        File.WriteAllText(
            folder[Index],
            """{"metadata":{},"weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors"}}"""
        );
        DataFormatException error = Assert.Throws<DataFormatException>(() => SafetensorsIndex.Open(folder.FullName));
        Assert.Equal("a", error.Field);
        Assert.Contains("one.safetensors and in two.safetensors", error.Message);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "save_pretrained")]
    [InlineData("pytorch_model-00001-of-00002.bin", "save_pretrained")]
    [InlineData("pytorch_model.bin.index.json", "save_pretrained")]
    [InlineData("consolidated.00.pth", "save_pretrained")]
    [InlineData("model-q4_k_m.gguf", "GgufImporter")]
    public void Load_OtherForms_AreRefusedByNameWithAWayOut(string name, string hint)
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        ModelFolder.Save(folder.FullName, model);
        File.WriteAllText(folder[name], "x");
        using (ModelFolder.Load(folder.FullName, CPU))
        {
            // Beside safetensors files it is in nobody's way.
        }

        File.Delete(folder["model.safetensors"]);
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU));
        Assert.Equal(folder[name], error.Path);
        Assert.Contains(hint, error.Message);
        Assert.Contains("safetensors", error.Message);
        if (!name.EndsWith(".json", StringComparison.Ordinal))
        {
            Assert.Equal(folder[name], Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder[name], CPU)).Path);
        }
    }

    private static void Mutate(Dictionary<string, byte[]> files, Random random)
    {
        string[] weights = [.. files.Keys.Where(name => name.Contains("safetensors", StringComparison.Ordinal)).Order()];
        string victim = weights[random.Next(weights.Length)];
        bool isIndex = victim == Index;
        switch (random.Next(9))
        {
            case 0: // a byte of the header or the index
                files[victim] = [.. files[victim]];
                files[victim][random.Next(isIndex ? files[victim].Length : HeaderEnd(files[victim]))] = (byte)random.Next(256);
                break;
            case 1: // a bit of it
                files[victim] = [.. files[victim]];
                files[victim][random.Next(isIndex ? files[victim].Length : HeaderEnd(files[victim]))] ^= (byte)(1 << random.Next(8));
                break;
            case 2: // cut off
                files[victim] = files[victim][..random.Next(files[victim].Length)];
                break;
            case 3: // longer than it says
                files[victim] = [.. files[victim], .. new byte[random.Next(1, 2000)]];
                break;
            case 4: // another length of the header
                files[victim] = [.. files[victim]];
                BinaryPrimitives.WriteInt64LittleEndian(
                    files[victim],
                    random.Next(3) switch
                    {
                        0 => random.NextInt64(long.MinValue, long.MaxValue),
                        1 => random.Next(20_000),
                        _ => 100_000_000 - random.Next(5),
                    }
                );
                break;
            case 5 when weights.Length > 1: // a shard is gone, or is another
                if (random.Next(2) == 0)
                {
                    files.Remove(victim);
                }
                else
                {
                    files[victim] = files[weights[random.Next(weights.Length)]];
                }

                break;
            default:
                ReplaceValue(files, victim, random);
                break;
        }
    }

    /// <summary>Puts another value, name or duplicate into the JSON, which stays whole.</summary>
    private static void ReplaceValue(Dictionary<string, byte[]> files, string victim, Random random)
    {
        bool isIndex = victim == Index;
        byte[] file = files[victim];
        byte[] json = isIndex ? file : file[8..HeaderEnd(file)];
        JsonObject root = JsonNode.Parse(json)!.AsObject();
        JsonObject target = isIndex ? root["weight_map"]!.AsObject() : root;
        string name = target.ElementAt(random.Next(target.Count)).Key;
        const string mark = "\"@\"";
        string text;
        switch (random.Next(4))
        {
            case 0 when target[name] is JsonObject fields:
                fields[fields.ElementAt(random.Next(fields.Count)).Key] = "@";
                text = root.ToJsonString().Replace(mark, Values[random.Next(Values.Length)], StringComparison.Ordinal);
                break;
            case 1: // renamed
                JsonNode? value = target[name];
                target.Remove(name);
                target[random.Next(2) == 0 ? name + "x" : target.First().Key] = value;
                text = root.ToJsonString();
                break;
            case 2: // twice
                text = Encoding.UTF8.GetString(json);
                int open = text.IndexOf('{', isIndex ? text.IndexOf("weight_map", StringComparison.Ordinal) : 0) + 1;
                text = text.Insert(open, $"\"{name}\":{target[name]!.ToJsonString()},");
                break;
            default:
                target[name] = "@";
                text = root.ToJsonString().Replace(mark, Values[random.Next(Values.Length)], StringComparison.Ordinal);
                break;
        }

        byte[] changed = Encoding.UTF8.GetBytes(text);
        files[victim] = isIndex ? changed : WithHeader(changed, file[HeaderEnd(file)..]);
    }

    private static int HeaderEnd(byte[] file) => 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);

    private static byte[] WithHeader(byte[] json, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    private static Dictionary<string, byte[]> Files(TemporaryFolder folder) =>
        Directory.GetFiles(folder.FullName).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);

    /// <summary>Tensors hold what the files hold, never more.</summary>
    private sealed class Bound(long bytes) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => Assert.InRange(value.TotalBytes, 0, bytes);
    }
}
