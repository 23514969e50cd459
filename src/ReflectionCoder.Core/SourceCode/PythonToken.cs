namespace ReflectionCoder.SourceCode;

/// <summary>What a <see cref="PythonToken"/> is.</summary>
internal enum PythonTokenKind
{
    /// <summary>A name; also a soft keyword, such as <c>match</c>.</summary>
    Name,

    /// <summary>A reserved word.</summary>
    Keyword,

    /// <summary>A number.</summary>
    Number,

    /// <summary>
    /// A string with its prefix and quotes. It may have several lines if the quotes are tripled. An f-string is one token.
    /// </summary>
    Text,

    /// <summary>An operator, bracket or other punctuation.</summary>
    Operator,

    /// <summary>A comment, without the line's end.</summary>
    Comment,

    /// <summary>The end of a logical line.</summary>
    NewLine,

    /// <summary>A line end that doesn't end a logical line: inside brackets, or on a line without code.</summary>
    LineBreak,

    /// <summary>Blanks, indentation and backslashes that continue a line.</summary>
    Whitespace,

    /// <summary>Text that isn't Python: an unexpected character, or a string without an end.</summary>
    Unknown,
}

/// <summary>A piece of Python source. The texts of all tokens, joined, are the source.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Start">Its position in the source, in UTF-16 units from 0.</param>
/// <param name="Line">Its physical line, from 1.</param>
/// <param name="Column">Its position in the line, from 0.</param>
/// <param name="Depth">How many brackets are open around it. A bracket isn't inside itself.</param>
/// <param name="Indentation">Width of the indentation of its logical line; a tab extends it to the next multiple of 8.</param>
internal readonly record struct PythonToken(PythonTokenKind Kind, string Text, int Start, int Line, int Column, int Depth, int Indentation)
{
    /// <summary>Position after its last character.</summary>
    public int End => Start + Text.Length;

    /// <summary>Whether it is part of a statement, and not a comment or white space.</summary>
    public bool IsCode =>
        Kind
            is PythonTokenKind.Name
                or PythonTokenKind.Keyword
                or PythonTokenKind.Number
                or PythonTokenKind.Text
                or PythonTokenKind.Operator
                or PythonTokenKind.Unknown;
}
