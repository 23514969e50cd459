using System.IO.Compression;
using System.Text.Json;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>Real tokenizers, each loaded once: every folder of $REFLECTIONCODER_TOKENIZERS, or of ../shared/tokenizers.</summary>
internal static class RealTokenizers
{
    private static readonly Lazy<IReadOnlyList<Source>> Sources = new(LoadAll);

    /// <summary>Every tokenizer of every folder; skips the calling test when there are none.</summary>
    public static IReadOnlyList<Source> All => Root() is null ? [] : Sources.Value;

    private static string Root()
    {
        string? root = RepositoryFolder.Material("REFLECTIONCODER_TOKENIZERS", "tokenizers");
        Assert.SkipWhen(root is null, "No tokenizers folder: set REFLECTIONCODER_TOKENIZERS or put it at ../shared/tokenizers.");
        return root!;
    }

    private static List<Source> LoadAll()
    {
        List<Source> loaded = [];
        foreach (string folder in Directory.GetDirectories(Root()).Order())
        {
            foreach (string file in Directory.GetFiles(folder, "tokenizer*.json*").Where(IsTokenizerJson).Order())
            {
                Add(folder, new() { ["tokenizer.json"] = file });
            }

            if (
                Directory.GetFiles(folder, "vocab.json*") is [string vocabulary]
                && Directory.GetFiles(folder, "merges.txt*") is [string merges]
            )
            {
                Add(folder, new() { ["vocab.json"] = vocabulary, ["merges.txt"] = merges });
            }

            if (File.Exists(Path.Combine(folder, "tokenizer.model")))
            {
                Add(folder, new() { ["tokenizer.model"] = Path.Combine(folder, "tokenizer.model") });
            }
        }

        Assert.NotEmpty(loaded);
        return loaded;

        void Add(string folder, Dictionary<string, string> files)
        {
            using TemporaryFolder unpacked = new();
            foreach ((string name, string file) in files)
            {
                Unpack(file, unpacked.File(name));
            }

            string config = Path.Combine(folder, "tokenizer_config.json");
            string? json = files.ContainsKey("tokenizer.json") ? unpacked.File("tokenizer.json") : null;
            if (File.Exists(config))
            {
                File.Copy(config, unpacked.File("tokenizer_config.json"));
            }
            else if (json is not null)
            {
                File.WriteAllText(unpacked.File("tokenizer_config.json"), JsonSerializer.Serialize(new { eos_token = FirstAdded(json) }));
            }

            loaded.Add(
                new Source(
                    folder,
                    string.Join('+', files.Values.Select(Path.GetFileName)),
                    json is not null,
                    CodeTokenizer.Load(unpacked.Path)
                )
            );
        }
    }

    private static bool IsTokenizerJson(string file) =>
        Path.GetFileName(file) is string name
        && !name.StartsWith("tokenizer_", StringComparison.Ordinal)
        && (name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".json.gz", StringComparison.Ordinal));

    private static string FirstAdded(string tokenizerJson)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(tokenizerJson));
        return document.RootElement.GetProperty("added_tokens")[0].GetProperty("content").GetString()!;
    }

    private static void Unpack(string source, string target)
    {
        using FileStream packed = File.OpenRead(source);
        using Stream content = source.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(packed, CompressionMode.Decompress)
            : packed;
        using FileStream unpacked = File.Create(target);
        content.CopyTo(unpacked);
    }

    /// <summary>A loaded tokenizer.</summary>
    /// <param name="Folder">Where its files and goldens are.</param>
    /// <param name="Name">The files.</param>
    /// <param name="IsTokenizerJson">Whether it is a <c>tokenizer.json</c>, which the goldens of special tokens were measured on.</param>
    /// <param name="Tokenizer">The tokenizer.</param>
    public sealed record Source(string Folder, string Name, bool IsTokenizerJson, CodeTokenizer Tokenizer);
}
