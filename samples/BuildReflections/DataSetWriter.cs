using System.Text.Encodings.Web;
using System.Text.Json;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples;

/// <summary>Writes a data set; each file appears whole or not at all.</summary>
internal static class DataSetWriter
{
    private static readonly JsonSerializerOptions ManifestOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(DataSet data, string folder)
    {
        Directory.CreateDirectory(folder);
        SequenceWriter.Write(Path.Combine(folder, "reflection.train.jsonl"), data.Train);
        SequenceWriter.Write(Path.Combine(folder, "reflection.held_out.jsonl"), data.HeldOut);
        SequenceWriter.Write(Path.Combine(folder, "generation.train.jsonl"), data.Generation);
        string manifest = Path.Combine(folder, "manifest.json");
        string temporary = manifest + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(data.Manifest, ManifestOptions) + "\n");
        File.Move(temporary, manifest, overwrite: true);
    }
}
