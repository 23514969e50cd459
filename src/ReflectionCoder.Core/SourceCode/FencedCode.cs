namespace ReflectionCoder.SourceCode;

/// <summary>Code between two Markdown fences, such as <c>```python</c> and <c>```</c>.</summary>
/// <param name="Code">What is between them.</param>
/// <param name="Language">The language that the opening fence names, in small letters; empty if it names none.</param>
/// <param name="IsClosed">Whether there is a closing fence; otherwise the code goes on to the text's end.</param>
internal sealed record FencedCode(string Code, string Language, bool IsClosed)
{
    private const int ShortestFence = 3;

    /// <summary>The fenced code of a text, in order.</summary>
    public static IReadOnlyList<FencedCode> FindAll(string text)
    {
        List<FencedCode> found = [];
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
                found.Add(new FencedCode(string.Join('\n', lines), language, IsClosed: true));
                lines = null;
            }
            else
            {
                lines.Add(line.StartsWith(indentation, StringComparison.Ordinal) ? line[indentation.Length..] : line);
            }
        }

        if (lines is not null)
        {
            found.Add(new FencedCode(string.Join('\n', lines), language, IsClosed: false));
        }

        return found;
    }

    /// <summary>What the first fences that are closed enclose; null if there are none.</summary>
    public static string? FirstClosed(string text) => FindAll(text).FirstOrDefault(one => one.IsClosed)?.Code;

    private static int FenceLength(string line)
    {
        char c = line.Length > 0 ? line[0] : '\0';
        return c is '`' or '~' ? line.Length - line.TrimStart(c).Length : 0;
    }
}
