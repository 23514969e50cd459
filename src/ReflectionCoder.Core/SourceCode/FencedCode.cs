namespace ReflectionCoder.SourceCode;

/// <summary>Code between two Markdown fences, such as <c>```python</c> and <c>```</c>.</summary>
/// <param name="Code">What is between them.</param>
/// <param name="Language">The language that the opening fence names, in small letters; empty if it names none.</param>
/// <param name="IsClosed">Whether there is a closing fence; otherwise the code goes on to the text's end.</param>
internal sealed record FencedCode(string Code, string Language, bool IsClosed)
{
    private const int ShortestFence = 3;

    private static readonly HashSet<string> OtherTags = ["text", "txt", "plaintext", "output", "console", "json", "markdown", "md", "diff"];
    private static readonly HashSet<string> ShellTags = ["bash", "sh", "shell", "zsh"];

    /// <summary>Whether a fence with this tag holds no program, but text, output or data.</summary>
    public static bool IsOther(string tag) => OtherTags.Contains(tag);

    /// <summary>Whether a fence with this tag holds shell commands: beside a program they say how to install or start it.</summary>
    public static bool IsShell(string tag) => ShellTags.Contains(tag);

    /// <summary>The fenced programs of a text, in order. Shell commands are among them only if there is nothing else.</summary>
    public static IReadOnlyList<FencedCode> FindPrograms(string text)
    {
        FencedCode[] programs = [.. FindAll(text).Where(one => !IsOther(one.Language))];
        FencedCode[] others = [.. programs.Where(one => !IsShell(one.Language))];
        return others.Length > 0 ? others : programs;
    }

    /// <summary>The first fenced program of a text that is closed; null if there is none.</summary>
    public static string? FirstProgram(string text) => FindPrograms(text).FirstOrDefault(one => one.IsClosed)?.Code;

    private static List<FencedCode> FindAll(string text)
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

    private static int FenceLength(string line)
    {
        char c = line.Length > 0 ? line[0] : '\0';
        return c is '`' or '~' ? line.Length - line.TrimStart(c).Length : 0;
    }
}
