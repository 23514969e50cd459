using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>What is known of the language of the code that an answer holds.</summary>
/// <param name="Name">The language, as the sandbox names it.</param>
internal sealed partial record CodeLanguage(string Name)
{
    /// <summary>The names that models write behind fences.</summary>
    private static readonly string[][] Names =
    [
        ["python", "py", "python3", "py3", "python2", "ipython", "sage"],
        ["cpp", "c++", "cc", "cxx", "hpp", "h"],
        ["c", "h"],
        ["javascript", "js", "node", "nodejs", "mjs", "jsx"],
        ["typescript", "ts", "tsx"],
        ["csharp", "cs", "c#"],
        ["rust", "rs"],
        ["go", "golang"],
        ["bash", "sh", "shell", "zsh"],
        ["ruby", "rb"],
        ["kotlin", "kt"],
    ];

    public bool IsPython { get; } = Names[0].Contains(Name.ToLowerInvariant());

    /// <summary>How well a fence's language fits: 2 for the same, 1 for none, 0 for another.</summary>
    public int Rank(string tag)
    {
        string name = Name.ToLowerInvariant();
        return tag is "" or "code" ? 1
            : tag == name || Names.Any(names => names.Contains(name) && names.Contains(tag)) ? 2
            : 0;
    }

    /// <summary>Whether a text that no fence opened is code, or the end of code that a prompt began.</summary>
    /// <param name="lines">The text.</param>
    /// <param name="beginsFenced">Whether the prompt ended in an open fence.</param>
    public bool LooksLikeCode(IReadOnlyList<string> lines, bool beginsFenced)
    {
        if (IsPython)
        {
            PythonLine[] read = PythonScanner.ReadAll(lines);
            PythonLine first = read.FirstOrDefault(line => !line.IsBlank);
            return first.Mask is not null && !first.IsProse && read.Any(line => Code().IsMatch(line.Mask) && !line.IsProse);
        }

        string? start = lines.FirstOrDefault(line => !string.IsNullOrWhiteSpace(line));
        return start is not null && !Sentence().IsMatch(start) && (beginsFenced || lines.Any(line => Marks().IsMatch(line)));
    }

    /// <summary>What most lines of Python hold, and single words of a text don't.</summary>
    [GeneratedRegex(
        @"^\s*(def|class|import|from|return|if|for|while|async|try|with|pass|raise|yield|@)|[=(\[]|^\s+\S",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Code();

    /// <summary>Words, and nothing that a statement of a language with braces has.</summary>
    [GeneratedRegex(
        @"^\s*[\w'’,-]+( [\w'’`,()/-]+)*[ ]?[:.!?]?\s*$|^\s*#+\s|^\s*(\d+\.|[-*])\s",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Sentence();

    [GeneratedRegex(@"[;{}=<>()]", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Marks();
}
