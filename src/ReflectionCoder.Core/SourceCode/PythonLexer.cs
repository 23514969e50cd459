namespace ReflectionCoder.SourceCode;

/// <summary>Splits Python source into tokens. Never fails: what isn't Python becomes <see cref="PythonTokenKind.Unknown"/>.</summary>
/// <remarks>
/// Follows the chapter "Lexical analysis" of Python 3.11's language reference. There every string, also an f-string, ends at the first
/// quote of its kind that has no backslash before it; from 3.12 on, f-strings may nest quotes.
/// </remarks>
internal sealed class PythonLexer
{
    private const int TabWidth = 8;

    private static readonly HashSet<string> Keywords =
    [
        "False",
        "None",
        "True",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "yield",
    ];

    // Longer operators come first, so that the first one that fits is the right one.
    private static readonly string[] Operators =
    [
        "**=",
        "//=",
        ">>=",
        "<<=",
        "...",
        "**",
        "//",
        ">>",
        "<<",
        "<=",
        ">=",
        "==",
        "!=",
        "->",
        ":=",
        "+=",
        "-=",
        "*=",
        "/=",
        "%=",
        "&=",
        "|=",
        "^=",
        "@=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "@",
        "&",
        "|",
        "^",
        "~",
        "<",
        ">",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".",
        ";",
        "=",
    ];

    private readonly string source;
    private readonly List<PythonToken> tokens = [];
    private int position;
    private int line = 1;
    private int lineStart;
    private int depth;
    private int indentation;
    private bool atLogicalStart = true;

    private PythonLexer(string source) => this.source = source;

    /// <summary>Splits a source.</summary>
    /// <param name="source">Python source.</param>
    /// <returns>Its tokens in order, comments and blanks included.</returns>
    public static IReadOnlyList<PythonToken> Tokenize(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        PythonLexer lexer = new(source);
        while (lexer.position < source.Length)
        {
            lexer.ReadToken();
        }

        return lexer.tokens;
    }

    /// <summary>Whether a word is reserved.</summary>
    /// <param name="word">A word.</param>
    /// <returns>True for a keyword.</returns>
    public static bool IsKeyword(string word) => Keywords.Contains(word);

    private void ReadToken()
    {
        char c = source[position];
        if (IsBlank(c) || (c == '\\' && LineEndAt(position + 1) > 0))
        {
            ReadWhitespace();
        }
        else if (LineEndAt(position) is > 0 and int length)
        {
            ReadLineEnd(length);
        }
        else if (c == '#')
        {
            Add(PythonTokenKind.Comment, LengthTo(source.AsSpan(position).IndexOfAny('\r', '\n')));
        }
        else
        {
            ReadCode(c);
        }
    }

    private void ReadCode(char c)
    {
        if (atLogicalStart)
        {
            atLogicalStart = false;
            indentation = WidthBefore(position);
        }

        if (StringPrefixLength() is >= 0 and int prefix)
        {
            ReadString(prefix);
        }
        else if (c == '_' || char.IsLetter(c))
        {
            int end = position + 1;
            while (end < source.Length && (source[end] == '_' || char.IsLetterOrDigit(source[end])))
            {
                end++;
            }

            Add(Keywords.Contains(source[position..end]) ? PythonTokenKind.Keyword : PythonTokenKind.Name, end - position);
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && position + 1 < source.Length && char.IsAsciiDigit(source[position + 1])))
        {
            Add(PythonTokenKind.Number, NumberLength());
        }
        else
        {
            ReadOperator(c);
        }
    }

    private void ReadOperator(char c)
    {
        string? text = Array.Find(Operators, candidate => string.CompareOrdinal(source, position, candidate, 0, candidate.Length) == 0);
        if (text is null)
        {
            Add(PythonTokenKind.Unknown, 1);
            return;
        }

        if (c is ')' or ']' or '}')
        {
            depth = Math.Max(0, depth - 1);
        }

        Add(PythonTokenKind.Operator, text.Length);
        if (c is '(' or '[' or '{')
        {
            depth++;
        }
    }

    private void ReadWhitespace()
    {
        int end = position;
        while (end < source.Length)
        {
            if (IsBlank(source[end]))
            {
                end++;
            }
            else if (source[end] == '\\' && LineEndAt(end + 1) is > 0 and int length)
            {
                end += 1 + length;
            }
            else
            {
                break;
            }
        }

        Add(PythonTokenKind.Whitespace, end - position);
    }

    private void ReadLineEnd(int length)
    {
        bool endsStatement = depth == 0 && !atLogicalStart;
        Add(endsStatement ? PythonTokenKind.NewLine : PythonTokenKind.LineBreak, length);
        atLogicalStart |= endsStatement;
    }

    private void ReadString(int prefix)
    {
        int open = position + prefix;
        char quote = source[open];
        bool triple = string.CompareOrdinal(source, open, new string(quote, 3), 0, 3) == 0;
        int size = triple ? 3 : 1;
        for (int i = open + size; i < source.Length; i++)
        {
            if (source[i] == '\\')
            {
                i += Math.Max(1, LineEndAt(i + 1));
            }
            else if (!triple && LineEndAt(i) > 0)
            {
                Add(PythonTokenKind.Unknown, i - position);
                return;
            }
            else if (source[i] == quote && (!triple || string.CompareOrdinal(source, i, new string(quote, 3), 0, 3) == 0))
            {
                Add(PythonTokenKind.Text, i + size - position);
                return;
            }
        }

        Add(PythonTokenKind.Unknown, source.Length - position);
    }

    /// <summary>Length of the prefix if a string starts here, else -1.</summary>
    private int StringPrefixLength()
    {
        for (int length = 0; length <= 2 && position + length < source.Length; length++)
        {
            char c = source[position + length];
            if (c is '"' or '\'')
            {
                string prefix = source.Substring(position, length).ToLowerInvariant();
                return prefix is "" or "r" or "b" or "u" or "f" or "br" or "rb" or "fr" or "rf" ? length : -1;
            }

            if (!char.IsAsciiLetter(c))
            {
                return -1;
            }
        }

        return -1;
    }

    private int NumberLength()
    {
        int end = position;
        if (source[end] == '0' && end + 1 < source.Length && source[end + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            end += 2;
            while (end < source.Length && (char.IsAsciiHexDigit(source[end]) || source[end] == '_'))
            {
                end++;
            }

            return end - position;
        }

        Digits();
        if (end < source.Length && source[end] == '.')
        {
            end++;
            Digits();
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            int digits = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (digits < source.Length && char.IsAsciiDigit(source[digits]))
            {
                end = digits;
                Digits();
            }
        }

        if (end < source.Length && source[end] is 'j' or 'J')
        {
            end++;
        }

        return end - position;

        void Digits()
        {
            while (end < source.Length && (char.IsAsciiDigit(source[end]) || source[end] == '_'))
            {
                end++;
            }
        }
    }

    private int WidthBefore(int end)
    {
        int width = 0;
        for (int i = lineStart; i < end; i++)
        {
            width = source[i] == '\t' ? ((width / TabWidth) + 1) * TabWidth : width + 1;
        }

        return width;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\f';

    private int LineEndAt(int index) =>
        index >= source.Length ? 0
        : source[index] == '\n' ? 1
        : source[index] != '\r' ? 0
        : index + 1 < source.Length && source[index + 1] == '\n' ? 2
        : 1;

    private int LengthTo(int offset) => offset < 0 ? source.Length - position : offset;

    private void Add(PythonTokenKind kind, int length)
    {
        string text = source.Substring(position, length);
        bool code = kind is not (PythonTokenKind.Whitespace or PythonTokenKind.Comment or PythonTokenKind.LineBreak);
        tokens.Add(new PythonToken(kind, text, position, line, position - lineStart, depth, code || !atLogicalStart ? indentation : 0));
        for (int end = position + length; position < end; )
        {
            int lineEnd = LineEndAt(position);
            position += Math.Max(1, lineEnd);
            if (lineEnd > 0)
            {
                line++;
                lineStart = position;
            }
        }
    }
}
