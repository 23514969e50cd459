using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>A line of text that may be Python code.</summary>
/// <param name="Text">The line, without its line feed.</param>
/// <param name="Mask">The line with quotes in the place of strings and blanks in the place of a comment.</param>
/// <param name="Begins">Whether a statement begins here: the line continues no string, bracket or backslash.</param>
/// <param name="Broken">Whether the line's end cuts a string off, which no Python code may do.</param>
/// <param name="InBrackets">Whether a bracket is open at its end.</param>
internal readonly partial record struct PythonLine(string Text, string Mask, bool Begins, bool Broken, bool InBrackets)
{
    private const string Keywords =
        "False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|"
        + "if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|match|case|type|print|exec";

    /// <summary>Whether it holds neither code nor a part of a string.</summary>
    public bool IsBlank => string.IsNullOrWhiteSpace(Mask);

    /// <summary>Whether a statement begins at the first column.</summary>
    public bool BeginsAtMargin => Begins && !IsBlank && !char.IsWhiteSpace(Text[0]);

    /// <summary>Whether the line can't be Python and is most likely a sentence. Never true for code that Python can parse.</summary>
    public bool IsProse
    {
        get
        {
            if (!Begins || IsBlank)
            {
                return false;
            }

            string mask = Mask.TrimEnd();
            return Broken
                || WordPair().IsMatch(mask)
                || Foreign().IsMatch(mask)
                || (mask[^1] == ':' && !InBrackets && !Compound().IsMatch(mask));
        }
    }

    /// <summary>Two names with nothing but a blank between them, neither of them a word of the language.</summary>
    [GeneratedRegex($@"(?<![\w.])(?!(?:{Keywords})\b)[^\W\d]\w*[ \t]+(?!(?:{Keywords})\b)[^\W\d]\w*", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex WordPair();

    /// <summary>Punctuation that Python has only in strings and comments, and a full stop behind a word.</summary>
    [GeneratedRegex(@"!(?!=)|[?$`]|[^\u0000-\u007f\w\p{M}]|[^\W\d]\.$|^\s*\d+\.\s", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Foreign();

    [GeneratedRegex(
        @"^\s*(if|elif|else|for|while|try|except|finally|with|async|def|class|match|case)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Compound();
}
