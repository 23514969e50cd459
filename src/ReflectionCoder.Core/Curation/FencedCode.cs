namespace ReflectionCoder.Curation;

/// <summary>Finds the code between two Markdown fences, such as <c>```python</c> and <c>```</c>.</summary>
internal static class FencedCode
{
    private const int ShortestFence = 3;

    /// <summary>The content of the last block that is closed, or at the text's end is still open; null if there is none.</summary>
    public static string? Last(string text)
    {
        string? last = null;
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
                    indentation = line[..^start.Length];
                }
            }
            else if (length >= fence.Length && start[0] == fence[0] && start[length..].Trim().Length == 0)
            {
                last = string.Join('\n', lines);
                lines = null;
            }
            else
            {
                lines.Add(line.StartsWith(indentation, StringComparison.Ordinal) ? line[indentation.Length..] : line);
            }
        }

        return lines is null ? last : string.Join('\n', lines);
    }

    private static int FenceLength(string line)
    {
        char c = line.Length > 0 ? line[0] : '\0';
        return c is '`' or '~' ? line.Length - line.TrimStart(c).Length : 0;
    }
}
