namespace ReflectionCoder.Curation;

/// <summary>Finds the code between two Markdown fences, such as <c>```python</c> and <c>```</c>.</summary>
internal static class FencedCode
{
    private const int ShortestFence = 3;

    /// <summary>The content of the last block that is closed, or at the text's end is still open; null if there is none.</summary>
    public static string? Last(string text) => Find(text)?.Code;

    /// <summary>The language that the opening fence of that block names; null if there is no block, or no name.</summary>
    public static string? LastLanguage(string text) => Find(text)?.Language is { Length: > 0 } language ? language : null;

    private static (string Code, string Language)? Find(string text)
    {
        (string, string)? last = null;
        string language = "";
        List<string>? lines = null;
        string fence = "";
        string indentation = "";
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            string start = line.TrimStart(' ');
            int length = FenceLength(start);
            if (lines is null)
            {
                if (length >= ShortestFence && !start[length..].Contains(start[0], StringComparison.Ordinal))
                {
                    lines = [];
                    fence = start[..length];
                    language = start[length..].Trim().Split(' ', 2)[0].ToLowerInvariant();
                    indentation = line[..^start.Length];
                }
            }
            else if (length >= fence.Length && start[0] == fence[0] && start[length..].Trim().Length == 0)
            {
                last = (string.Join('\n', lines), language);
                lines = null;
            }
            else
            {
                lines.Add(line.StartsWith(indentation, StringComparison.Ordinal) ? line[indentation.Length..] : line);
            }
        }

        return lines is null ? last : (string.Join('\n', lines), language);
    }

    private static int FenceLength(string line)
    {
        char c = line.Length > 0 ? line[0] : '\0';
        return c is '`' or '~' ? line.Length - line.TrimStart(c).Length : 0;
    }
}
