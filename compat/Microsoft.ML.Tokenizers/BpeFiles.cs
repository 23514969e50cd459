using System.Text.Json;

namespace Microsoft.ML.Tokenizers;

/// <summary>Reads GPT-2's pair of files: <c>vocab.json</c> and <c>merges.txt</c>.</summary>
internal static class BpeFiles
{
    public static Dictionary<string, int> ReadVocabulary(Stream stream) =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(stream)
            ?? throw new InvalidOperationException("The vocabulary file holds no JSON object.");

    public static List<string> ReadMerges(Stream stream)
    {
        List<string> merges = [];
        using StreamReader reader = new(stream, leaveOpen: true);
        for (int number = 1; reader.ReadLine() is string line; number++)
        {
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            if (!TrySplit(line, out _, out _))
            {
                throw new InvalidOperationException($"Line {number} of the merges file is not two tokens with one space between.");
            }

            merges.Add(line);
        }

        return merges;
    }

    public static bool TrySplit(string merge, out string left, out string right)
    {
        int space = merge.IndexOf(' ', StringComparison.Ordinal);
        bool valid = space >= 0 && space < merge.Length - 1 && merge.IndexOf(' ', space + 1) < 0;
        left = valid ? merge[..space] : string.Empty;
        right = valid ? merge[(space + 1)..] : string.Empty;
        return valid;
    }
}
