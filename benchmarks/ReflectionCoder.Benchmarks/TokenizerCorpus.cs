using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Benchmarks;

/// <summary>Python source and real tokenizers for <see cref="TokenizerBenchmarks"/> and <see cref="TokenizerRace"/>.</summary>
internal static class TokenizerCorpus
{
    /// <summary>Folders with a tokenizer.</summary>
    public static string[] Folders { get; } = FindFolders();

    /// <summary>Modules of the Python standard library, some five megabytes; this repository's C# where no Python is installed.</summary>
    public static string[] Texts { get; } = ReadTexts();

    /// <summary>Size of the texts in UTF-8.</summary>
    public static long Bytes { get; } = Texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text));

    /// <summary>The tokenizer of a folder; the byte-level one where there is no folder.</summary>
    public static CodeTokenizer Load(string name)
    {
        if (Folders.FirstOrDefault(folder => Path.GetFileName(folder) == name) is not string source)
        {
            return CodeTokenizer.CreateByteLevel();
        }

        string unpacked = Unpack(source);
        try
        {
            return CodeTokenizer.Load(unpacked);
        }
        finally
        {
            Directory.Delete(unpacked, recursive: true);
        }
    }

    private static string[] FindFolders()
    {
        string? named = Environment.GetEnvironmentVariable("REFLECTIONCODER_TOKENIZERS");
        string root = string.IsNullOrEmpty(named) ? Path.Combine(Repository(), "..", "shared", "tokenizers") : named;
        return Directory.Exists(root)
            ? [.. Directory.GetDirectories(root).Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json.gz"))).Order()]
            : [];
    }

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ReflectionCoder.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }

    private static string[] ReadTexts()
    {
        string? library = (
            (string[])["/usr/lib/python3.11", "/usr/lib/python3.12", "/usr/lib/python3.13", "/usr/local/lib/python3.11"]
        ).FirstOrDefault(Directory.Exists);
        IEnumerable<string> files = library is null
            ? Directory.EnumerateFiles(Path.Combine(Repository(), "src"), "*.cs", SearchOption.AllDirectories)
            : Directory.EnumerateFiles(library, "*.py");
        return [.. files.Order().Select(File.ReadAllText)];
    }

    /// <summary>A folder of its own with the unpacked tokenizer; the caller deletes it.</summary>
    public static string Unpack(string folder)
    {
        string unpacked = Directory.CreateTempSubdirectory("reflectioncoder-benchmark-").FullName;
        using (GZipStream source = new(File.OpenRead(Path.Combine(folder, "tokenizer.json.gz")), CompressionMode.Decompress))
        using (FileStream target = File.Create(Path.Combine(unpacked, "tokenizer.json")))
        {
            source.CopyTo(target);
        }

        string config = Path.Combine(folder, "tokenizer_config.json");
        using JsonDocument tokenizer = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(unpacked, "tokenizer.json")));
        File.WriteAllText(
            Path.Combine(unpacked, "tokenizer_config.json"),
            File.Exists(config)
                ? File.ReadAllText(config)
                : JsonSerializer.Serialize(
                    new { eos_token = tokenizer.RootElement.GetProperty("added_tokens")[0].GetProperty("content").GetString() }
                )
        );
        return unpacked;
    }
}
