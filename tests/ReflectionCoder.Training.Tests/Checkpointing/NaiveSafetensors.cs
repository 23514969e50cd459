using System.Buffers.Binary;
using System.Text.Json;

namespace ReflectionCoder.Tests.Checkpointing;

/// <summary>The format read as its specification has it, with nothing of ours: 8 bytes of length, JSON, data.</summary>
internal static class NaiveSafetensors
{
    /// <summary>
    /// Every tensor of a model's folder: dtype, shape and bytes by name; the single file where both are there, as in Hugging Face.
    /// </summary>
    internal static Dictionary<string, (string Dtype, long[] Shape, byte[] Bytes)> ReadFolder(string directory)
    {
        string single = Path.Combine(directory, "model.safetensors");
        if (File.Exists(single))
        {
            return ReadFile(single);
        }

        string index = Path.Combine(directory, "model.safetensors.index.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(index));
        Dictionary<string, string> map = document.RootElement.GetProperty("weight_map").Deserialize<Dictionary<string, string>>()!;
        var tensors = new Dictionary<string, (string, long[], byte[])>();
        foreach (string file in map.Values.Distinct())
        {
            foreach ((string name, (string, long[], byte[]) tensor) in ReadFile(Path.Combine(directory, file)))
            {
                Assert.Equal(file, map[name]);
                tensors.Add(name, tensor);
            }
        }

        Assert.Equal(map.Keys.Order(), tensors.Keys.Order());
        Assert.Equal(
            tensors.Values.Sum(tensor => tensor.Item3.LongLength),
            document.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64()
        );
        return tensors;
    }

    private static Dictionary<string, (string Dtype, long[] Shape, byte[] Bytes)> ReadFile(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        byte[] data = file[(8 + length)..];
        var tensors = new Dictionary<string, (string, long[], byte[])>();
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, length));
        Assert.Equal("pt", header.RootElement.GetProperty("__metadata__").GetProperty("format").GetString());
        long end = 0;
        foreach (JsonProperty tensor in header.RootElement.EnumerateObject().Where(field => field.Name != "__metadata__"))
        {
            long[] offsets = tensor.Value.GetProperty("data_offsets").Deserialize<long[]>()!;
            Assert.Equal(end, offsets[0]);
            end = offsets[1];
            tensors.Add(
                tensor.Name,
                (
                    tensor.Value.GetProperty("dtype").GetString()!,
                    tensor.Value.GetProperty("shape").Deserialize<long[]>()!,
                    data[(int)offsets[0]..(int)offsets[1]]
                )
            );
        }

        Assert.Equal(data.Length, end);
        return tensors;
    }
}
