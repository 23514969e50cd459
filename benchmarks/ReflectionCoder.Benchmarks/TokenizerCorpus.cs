using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Benchmarks;

/// <summary>Python source and real tokenizers for <see cref="TokenizerBenchmarks"/>, and the race against Hugging Face's library.</summary>
internal static class TokenizerCorpus
{
    // Warms up, then times whole passes; a text a call, as ours.
    private const string Script = """
        const { createRequire } = require("module"), fs = require("fs"), path = require("path");
        const { Tokenizer } = createRequire(path.join(process.env.NODE_PATH || process.cwd(), "_"))("tokenizers");
        (async () => {
          const texts = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
          const tokenizer = Tokenizer.fromFile(process.argv[1]);
          const seconds = [];
          for (let pass = 0; pass < 4; pass++) {
            const start = process.hrtime.bigint();
            for (const text of texts) (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
            seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
          }
          console.log(Math.min(...seconds.slice(1)));
        })();
        """;

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

    /// <summary>Times Hugging Face's library on one thread, and prints what it did.</summary>
    public static void RaceHuggingFace()
    {
        foreach (string folder in Folders)
        {
            string unpacked = Unpack(folder);
            try
            {
                string texts = Path.Combine(unpacked, "texts.json");
                File.WriteAllText(texts, JsonSerializer.Serialize(Texts));
                ProcessStartInfo start = new("node", ["-e", Script, Path.Combine(unpacked, "tokenizer.json"), texts])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                };
                start.Environment["TOKENIZERS_PARALLELISM"] = "false";
                using Process process = Process.Start(start)!;
                string seconds = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                Console.WriteLine(process.ExitCode == 0
                    ? $"{Path.GetFileName(folder)}: npm tokenizers {Bytes / 1e6 / double.Parse(seconds):F1} MB/s"
                    : $"{Path.GetFileName(folder)}: node has no package 'tokenizers'; install it and set NODE_PATH");
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Console.WriteLine("node is not installed; nothing to race.");
                return;
            }
            finally
            {
                Directory.Delete(unpacked, recursive: true);
            }
        }
    }

    private static string[] FindFolders()
    {
        string? named = Environment.GetEnvironmentVariable("REFLECTIONCODER_TOKENIZERS");
        string root = string.IsNullOrEmpty(named) ? Path.Combine(Repository(), "..", "shared", "tokenizers") : named;
        return Directory.Exists(root) ? [.. Directory.GetDirectories(root).Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json.gz"))).Order()] : [];
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
        string? library = ((string[])["/usr/lib/python3.11", "/usr/lib/python3.12", "/usr/lib/python3.13", "/usr/local/lib/python3.11"]).FirstOrDefault(Directory.Exists);
        IEnumerable<string> files = library is null
            ? Directory.EnumerateFiles(Path.Combine(Repository(), "src"), "*.cs", SearchOption.AllDirectories)
            : Directory.EnumerateFiles(library, "*.py");
        return [.. files.Order().Select(File.ReadAllText)];
    }

    private static string Unpack(string folder)
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
                : JsonSerializer.Serialize(new { eos_token = tokenizer.RootElement.GetProperty("added_tokens")[0].GetProperty("content").GetString() }));
        return unpacked;
    }
}
