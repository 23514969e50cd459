namespace ReflectionCoder.Construction.Programs;

/// <summary>Finds brackets, commas and statements in source of C's family, past strings and comments.</summary>
internal static class CurlySource
{
    /// <summary>The texts between the commas of a bracket, such as the arguments of a call.</summary>
    /// <param name="text">Source.</param>
    /// <param name="open">Position of the opening bracket.</param>
    /// <param name="close">Position of its partner; the end of the text if it has none.</param>
    public static IReadOnlyList<string> Arguments(string text, int open, out int close)
    {
        List<string> parts = [];
        int depth = 0;
        int start = open + 1;
        close = text.Length;
        for (int i = open; i < text.Length; i = Next(text, i))
        {
            depth += Step(text[i]);
            if ((depth == 1 && text[i] == ',') || depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }

            if (depth == 0)
            {
                close = i;
                return parts;
            }
        }

        return parts;
    }

    /// <summary>Position of an operator outside of all brackets; -1 if there is none, or more than one.</summary>
    public static int Find(string text, string symbol)
    {
        int depth = 0;
        int found = -1;
        for (int i = 0; i < text.Length; i = Next(text, i))
        {
            depth += Step(text[i]);
            if (depth == 0 && string.CompareOrdinal(text, i, symbol, 0, symbol.Length) == 0)
            {
                if (found >= 0)
                {
                    return -1;
                }

                found = i;
                i += symbol.Length - 1;
            }
        }

        return found;
    }

    /// <summary>
    /// The statements and declarations of a source, each with the comments before it. Joined, they are the source.
    /// </summary>
    public static IReadOnlyList<string> Items(string text)
    {
        List<string> items = [];
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.Length; i = Next(text, i))
        {
            depth += Step(text[i]);
            if (depth != 0 || text[i] is not (';' or '}') || (text[i] == '}' && GoesOn(text, i + 1)))
            {
                continue;
            }

            int end = text.IndexOf('\n', i);
            int item = end >= 0 && string.IsNullOrWhiteSpace(text[(i + 1)..end]) ? end + 1 : i + 1;
            items.Add(text[start..item]);
            start = item;
        }

        if (!string.IsNullOrWhiteSpace(text[start..]))
        {
            items.Add(text[start..]);
        }

        return items;
    }

    /// <summary>Position of the first character of an item that belongs to no comment; the end if there is none.</summary>
    public static int CodeStart(string item)
    {
        int i = 0;
        while (i < item.Length && (char.IsWhiteSpace(item[i]) || IsComment(item, i)))
        {
            i = Next(item, i);
        }

        return i;
    }

    /// <summary>Whether a statement goes on after a closing brace, as that of an initializer does.</summary>
    private static bool GoesOn(string text, int position)
    {
        int next = position + CodeStart(text[position..]);
        return next < text.Length && text[next] is ';' or ')' or ']' or ',' or '.' or '?' or '=';
    }

    private static int Step(char c) =>
        c switch
        {
            '(' or '[' or '{' => 1,
            ')' or ']' or '}' => -1,
            _ => 0,
        };

    private static bool IsComment(string text, int i) => text[i] == '/' && i + 1 < text.Length && text[i + 1] is '/' or '*';

    /// <summary>The next position behind a character, a string, a character literal or a comment.</summary>
    private static int Next(string text, int i)
    {
        if (IsComment(text, i))
        {
            bool line = text[i + 1] == '/';
            int end = text.IndexOf(line ? "\n" : "*/", i + 2, StringComparison.Ordinal);
            return end < 0 ? text.Length : end + (line ? 1 : 2);
        }

        if (text[i] is not ('"' or '\'' or '`'))
        {
            return i + 1;
        }

        int quotes = 1;
        while (!IsVerbatim(text, i) && i + quotes < text.Length && text[i + quotes] == '"' && text[i] == '"')
        {
            quotes++;
        }

        // Three and more quotes open a raw string of C#; two are an empty string.
        return quotes switch
        {
            >= 3 => text.IndexOf(new string('"', quotes), i + quotes, StringComparison.Ordinal) is >= 0 and int end
                ? end + quotes
                : text.Length,
            2 => i + 2,
            _ => StringEnd(text, i),
        };
    }

    private static bool IsVerbatim(string text, int open) =>
        text[open] == '"' && open > 0 && (text[open - 1] == '@' || (open > 1 && text[open - 2] == '@' && text[open - 1] == '$'));

    private static int StringEnd(string text, int open)
    {
        char quote = text[open];
        bool verbatim = IsVerbatim(text, open);
        bool interpolated = quote == '"' && !verbatim && open > 0 && text[open - 1] == '$';
        int depth = 0;
        for (int i = open + 1; i < text.Length; i++)
        {
            if (interpolated && text[i] is '{' or '}')
            {
                depth = Math.Max(0, depth + Step(text[i]));
            }
            else if (text[i] == '\\' && !verbatim)
            {
                i++;
            }
            else if (text[i] == quote && depth > 0)
            {
                i = StringEnd(text, i) - 1;
            }
            else if (text[i] == quote && verbatim && i + 1 < text.Length && text[i + 1] == quote)
            {
                i++;
            }
            else if (text[i] == quote)
            {
                return i + 1;
            }
        }

        return text.Length;
    }
}
