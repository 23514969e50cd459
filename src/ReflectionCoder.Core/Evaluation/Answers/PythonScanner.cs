using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Reads Python code line by line, and knows at each line's end whether a string or a bracket is open.</summary>
/// <remarks>The code may be broken or cut off, so nothing here fails. A copy of the value is a copy of the state.</remarks>
internal partial struct PythonScanner
{
    private char quote; // of the string that is open; otherwise 0
    private bool triple;
    private int depth;
    private bool continued;

    /// <summary>Whether the next line begins inside a string of three quotes.</summary>
    public readonly bool InText => quote != 0 && triple;

    /// <summary>Whether the next line continues a string, a bracket or a line.</summary>
    public readonly bool IsOpen => quote != 0 || depth > 0 || continued;

    /// <summary>Reads the lines of a text from the beginning.</summary>
    public static PythonLine[] ReadAll(IEnumerable<string> lines)
    {
        var scanner = default(PythonScanner);
        return [.. lines.Select(line => scanner.Read(line))];
    }

    /// <summary>Reads the next line.</summary>
    public PythonLine Read(string line)
    {
        bool begins = quote == 0 && !continued && (depth == 0 || Definition().IsMatch(line));
        if (begins)
        {
            depth = 0; // a definition at the margin can't be inside a bracket: somebody forgot to close it
        }

        continued = false;
        bool broken = false;
        char[] mask = line.ToCharArray();
        for (int at = 0; at < line.Length; )
        {
            at = quote != 0 ? SkipString(line, at, mask) : SkipCode(line, at, mask);
        }

        if (quote != 0 && !triple && !line.EndsWith('\\'))
        {
            quote = '\0';
            broken = true;
        }

        return new PythonLine(line, new string(mask), begins, broken, depth > 0);
    }

    private int SkipString(string line, int at, char[] mask)
    {
        for (; at < line.Length; at++)
        {
            mask[at] = '"';
            if (line[at] == '\\')
            {
                at++;
                if (at < line.Length)
                {
                    mask[at] = '"';
                }
            }
            else if (line[at] == quote && (!triple || IsTriple(line, at)))
            {
                int length = triple ? 3 : 1;
                mask.AsSpan(at, length).Fill('"');
                quote = '\0';
                return at + length;
            }
        }

        return at;
    }

    private int SkipCode(string line, int at, char[] mask)
    {
        switch (line[at])
        {
            case '#':
                mask.AsSpan(at).Fill(' ');
                return line.Length;
            case '"' or '\'':
                quote = line[at];
                triple = IsTriple(line, at);
                int length = triple ? 3 : 1;
                mask.AsSpan(at, length).Fill('"');
                return at + length;
            case '(' or '[' or '{':
                depth++;
                break;
            case ')' or ']' or '}':
                depth = Math.Max(0, depth - 1);
                break;
            case '\\' when at == line.Length - 1:
                continued = true;
                break;
            default:
                break;
        }

        return at + 1;
    }

    private static bool IsTriple(string line, int at) => at + 2 < line.Length && line[at + 1] == line[at] && line[at + 2] == line[at];

    [GeneratedRegex(
        @"^(async\s+def|def|class|import)\s+\w|^from\s+\S+\s+import\b|^@\w",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Definition();
}
