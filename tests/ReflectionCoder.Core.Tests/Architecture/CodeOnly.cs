using System.Text;

namespace ReflectionCoder.Tests.Architecture;

/// <summary>C# source without its comments, strings and characters; the code inside interpolated strings stays.</summary>
internal ref struct CodeOnly
{
    private readonly ReadOnlySpan<char> source;
    private readonly StringBuilder code;
    private int at;

    private CodeOnly(string source)
    {
        this.source = source;
        code = new StringBuilder(source.Length);
    }

    public static string Of(string source)
    {
        CodeOnly scanner = new(source);
        scanner.Code(untilBrace: false);
        return scanner.code.ToString();
    }

    /// <summary>Copies code up to the end, or up to the brace that closes the hole of an interpolated string.</summary>
    private void Code(bool untilBrace)
    {
        int depth = 0;
        while (at < source.Length)
        {
            char c = source[at];
            if (Ahead("//"))
            {
                Skip(source[at..].IndexOf('\n'));
            }
            else if (Ahead("/*"))
            {
                int end = source[(at + 2)..].IndexOf("*/");
                Skip(end < 0 ? -1 : end + 4);
            }
            else if (c == '\'')
            {
                at += source[at + 1] == '\\' ? 2 : 1;
                Skip(source[at..].IndexOf('\'') + 1);
            }
            else if (c is '"' or '$' or '@' && Opening() is { } opening)
            {
                Text(opening);
            }
            else
            {
                if (untilBrace && c == '}' && depth == 0)
                {
                    return;
                }

                depth += c switch
                {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
                code.Append(c);
                at++;
            }
        }
    }

    private readonly bool Ahead(string text) => source[at..].StartsWith(text);

    /// <summary>Leaves a space in place of what is skipped; a negative count skips the rest.</summary>
    private void Skip(int count)
    {
        code.Append(' ');
        at = count < 0 ? source.Length : at + count;
    }

    /// <summary>The prefix and quotes of a string that starts here.</summary>
    private readonly (int Length, int Dollars, int Quotes, bool Verbatim)? Opening()
    {
        int end = at;
        while (end < source.Length && source[end] is '$' or '@')
        {
            end++;
        }

        ReadOnlySpan<char> prefix = source[at..end];
        int quotes = 0;
        while (end + quotes < source.Length && source[end + quotes] == '"')
        {
            quotes++;
        }

        quotes = quotes >= 3 ? quotes : Math.Min(quotes, 1);
        return quotes == 0 ? null : (prefix.Length + quotes, prefix.Count('$'), quotes, prefix.Contains('@'));
    }

    private void Text((int Length, int Dollars, int Quotes, bool Verbatim) opening)
    {
        code.Append(' ');
        at += opening.Length;
        string close = new('"', opening.Quotes);
        bool raw = opening.Quotes >= 3;
        string hole = new('{', raw ? Math.Max(opening.Dollars, 1) : 1);
        while (at < source.Length)
        {
            if (Ahead(close) && !(opening.Verbatim && Ahead("\"\"")))
            {
                at += close.Length;
                return;
            }

            if (opening.Dollars > 0 && Ahead(hole) && (raw || !Ahead("{{")))
            {
                at += hole.Length;
                code.Append(' ');
                Code(untilBrace: true);
                code.Append(' ');
                at += hole.Length;
            }
            else
            {
                bool pair = !raw && (opening.Verbatim ? Ahead("\"\"") : source[at] == '\\');
                at += pair || (opening.Dollars > 0 && !raw && (Ahead("{{") || Ahead("}}"))) ? 2 : 1;
            }
        }
    }
}
