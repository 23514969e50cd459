using System.Diagnostics;
using System.Text.Json;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>
/// Hugging Face's library through node, where node and its npm package `tokenizers` are there (NODE_PATH, or npm's global folder).
/// </summary>
internal static class NodeOracle
{
    public const string Reason =
        "node with the npm package 'tokenizers' is not there: install both and set NODE_PATH to the node_modules folder.";

    private static readonly string? Modules = Find();

    public static bool IsAvailable => Modules is not null;

    /// <summary>What the library makes of a folder's tokenizer.json: see eng/huggingface-tokenizers.mjs.</summary>
    public static JsonElement Measure(string folder, IReadOnlyList<string> texts, IReadOnlyList<int[]> ids)
    {
        File.WriteAllText(Path.Combine(folder, "in.json"), JsonSerializer.Serialize(new { texts, ids }));
        string line =
            Run("node", [Path.Combine(RepositoryFolder.Path, "eng", "huggingface-tokenizers.mjs"), folder], Modules)
            ?? throw new InvalidOperationException("Hugging Face's library could not read " + folder);
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static string? Find() =>
        ((string?[])[Environment.GetEnvironmentVariable("NODE_PATH"), Run("npm", ["root", "-g"], null)?.Trim()]).FirstOrDefault(folder =>
            !string.IsNullOrEmpty(folder) && Directory.Exists(Path.Combine(folder, "tokenizers"))
        );

    private static string? Run(string program, string[] arguments, string? modules)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_PATH"] = modules;
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed.
            return null;
        }
    }
}
