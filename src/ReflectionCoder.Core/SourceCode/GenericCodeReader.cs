namespace ReflectionCoder.SourceCode;

/// <summary>
/// Reads any language into names, numbers, strings and single characters. Comments are known by the characters that most languages
/// of a family share; a language that isn't listed has those of C.
/// </summary>
internal sealed class GenericCodeReader : CodeReader
{
    private static readonly HashSet<string> WithHash = new(StringComparer.OrdinalIgnoreCase)
    {
        "bash",
        "sh",
        "shell",
        "ruby",
        "rb",
        "perl",
        "r",
        "julia",
        "elixir",
        "python",
        "yaml",
        "toml",
    };

    private static readonly HashSet<string> WithDashes = new(StringComparer.OrdinalIgnoreCase)
    {
        "sql",
        "lua",
        "haskell",
        "hs",
        "ada",
        "elm",
    };

    private readonly string lineComment;
    private readonly bool hasHash;
    private readonly bool hasBlocks;
    private readonly bool hasCharacters;

    public GenericCodeReader(string language)
        : base(language)
    {
        hasHash = WithHash.Contains(language) || string.Equals(language, "php", StringComparison.OrdinalIgnoreCase);
        lineComment =
            WithHash.Contains(language) ? "#"
            : WithDashes.Contains(language) ? "--"
            : "//";
        hasBlocks = lineComment == "//" || string.Equals(language, "sql", StringComparison.OrdinalIgnoreCase);
        hasCharacters = language.ToUpperInvariant() is "RUST" or "RS" or "HASKELL" or "HS" or "ADA"; // where ' may open no string
    }

    internal override IReadOnlyList<string> Tokens(string source)
    {
        List<string> tokens = [];
        int i = 0;
        while (i < source.Length)
        {
            int end = EndOf(source, i, out bool isCode);
            if (isCode)
            {
                tokens.Add(source[i..end]);
            }

            i = end;
        }

        return tokens;
    }

    private int EndOf(string source, int start, out bool isCode)
    {
        char c = source[start];
        isCode = !char.IsWhiteSpace(c);
        if (!isCode)
        {
            return start + 1;
        }

        if (StartsWith(source, start, lineComment) || (hasHash && c == '#'))
        {
            isCode = false;
            return source.AsSpan(start).IndexOfAny('\r', '\n') is >= 0 and int length ? start + length : source.Length;
        }

        if (hasBlocks && StartsWith(source, start, "/*"))
        {
            isCode = false;
            return source.IndexOf("*/", start + 2, StringComparison.Ordinal) is >= 0 and int close ? close + 2 : source.Length;
        }

        if (c is '"' or '`' || (c == '\'' && !(hasCharacters && !IsCharacter(source, start))))
        {
            return EndOfString(source, start);
        }

        if (!char.IsLetterOrDigit(c) && c is not ('_' or '$'))
        {
            return start + 1;
        }

        int end = start + 1;
        while (end < source.Length && (char.IsLetterOrDigit(source[end]) || source[end] is '_' or '$' || IsPoint(source, start, end)))
        {
            end++;
        }

        return end;
    }

    /// <summary>A point inside a number.</summary>
    private static bool IsPoint(string source, int start, int at) =>
        source[at] == '.' && char.IsAsciiDigit(source[start]) && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]);

    /// <summary>Whether a quote opens a character, and not a lifetime or the like.</summary>
    private static bool IsCharacter(string source, int start) =>
        start + 2 < source.Length && (source[start + 1] == '\\' || source[start + 2] == '\'');

    /// <summary>A string ends at its quote; one of ' or " also at the line's end.</summary>
    private static int EndOfString(string source, int start)
    {
        for (int i = start + 1; i < source.Length; i++)
        {
            if (source[i] == '\\')
            {
                i++;
            }
            else if (source[i] == source[start])
            {
                return i + 1;
            }
            else if (source[i] is '\n' or '\r' && source[start] != '`')
            {
                return i;
            }
        }

        return source.Length;
    }

    private static bool StartsWith(string source, int start, string text) =>
        string.CompareOrdinal(source, start, text, 0, text.Length) == 0;
}
