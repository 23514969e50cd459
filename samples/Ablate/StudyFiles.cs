using System.Security.Cryptography;
using System.Text;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>The files of a study's two input folders, and what tells their content from another's.</summary>
internal static class StudyFiles
{
    public const string Tasks = "tasks.jsonl";
    public const string Reflections = "reflection.train.jsonl";
    public const string HeldOut = "reflection.held_out.jsonl";
    public const string Instructions = "instructions.train.jsonl";

    /// <summary>The data folder's files.</summary>
    public static IReadOnlyList<string> Names { get; } = [Tasks, Reflections, HeldOut, Instructions];

    /// <summary>The data folder's files by path.</summary>
    /// <exception cref="IOException">One is missing; the message names it.</exception>
    public static IReadOnlyList<string> FindData(string directory) => [.. Names.Select(name => Find("--data", directory, name))];

    /// <summary>The base's files by path, all that its folder holds.</summary>
    /// <exception cref="IOException">There is no model; the message says what is missing.</exception>
    public static IReadOnlyList<string> FindBase(string option, string directory)
    {
        _ = Find(option, directory, "config.json");
        return [.. Directory.GetFiles(directory).Order(StringComparer.Ordinal)];
    }

    /// <summary>SHA-256 over the files' names and content, the first 16 hexadecimal digits.</summary>
    public static string Hash(IEnumerable<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in paths)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            using FileStream stream = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Digits(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 over settings, the first 16 hexadecimal digits.</summary>
    public static string Hash(IReadOnlyDictionary<string, string> settings) =>
        Digits(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Concat(settings.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}\n"))
                )
            )
        );

    /// <summary>Puts a file in the place of the one that is there; whoever reads it finds the one or the other, whole.</summary>
    public static async Task ReplaceAsync(string path, ReadOnlyMemory<byte> content, CancellationToken stop)
    {
        await File.WriteAllBytesAsync(path + ".tmp", content, stop);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static string Digits(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, 8));

    private static string Find(string option, string directory, string name)
    {
        string path = Path.Combine(directory, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{option}: {path} is missing.", path);
    }
}
