namespace ReflectionCoder.SourceCode;

/// <summary>Finds the functions of a source and the names in them.</summary>
internal static class PythonScopes
{
    public static List<PythonFunction> FindFunctions(PythonSource source)
    {
        List<PythonFunction> functions = [];
        foreach (PythonLine line in source.Lines)
        {
            if (source.Is(line.First, "def") && source.IsHeader(line) && source.Is(line.First + 2, "("))
            {
                functions.Add(ReadFunction(source, line));
            }
        }

        return functions;
    }

    /// <summary>Whether a token reads a variable: a name that is no attribute or keyword argument, and isn't called or assigned.</summary>
    public static bool IsVariableUse(PythonSource source, int token) =>
        source.Code[token].Kind == PythonTokenKind.Name
        && !source.Is(token - 1, ".")
        && !source.IsAny(token - 1, "def", "import", "from", "as", "lambda")
        && !source.Is(token + 1, "(")
        && !IsKeywordArgument(source, token)
        && !IsTarget(source, token)
        && !source.IsAny(source.LineOf(token).First, "def", "import", "from");

    /// <summary>Whether a token is assigned here: it is left of =, of an augmented assignment or of :=, or it is a loop variable.</summary>
    public static bool IsTarget(PythonSource source, int token)
    {
        PythonLine line = source.LineOf(token);
        PythonToken name = source.Code[token];
        if (name.Kind != PythonTokenKind.Name || source.Is(token - 1, ".") || source.IsAny(token + 1, ".", "[", "("))
        {
            return false;
        }

        // A loop variable stands between for and in, at the depth of both.
        for (int i = token - 1; i >= line.First; i--)
        {
            if (source.Is(i, "for"))
            {
                return true;
            }

            if (!source.IsAny(i, ",", "(") && source.Code[i].Kind != PythonTokenKind.Name)
            {
                break;
            }
        }

        if (source.Is(token + 1, ":="))
        {
            return true;
        }

        // A target is before the first assignment of the line: outside of brackets, or in the brackets of an unpacking.
        for (int i = token + 1; i <= line.Last; i++)
        {
            if (source.Code[i].Depth == 0 && IsAssignment(source.Code[i].Text))
            {
                return StartsWithTargets(source, line.First, i);
            }
        }

        return false;
    }

    /// <summary>Whether the text is = or an augmented assignment.</summary>
    public static bool IsAssignment(string text) =>
        text.Length > 0 && text[^1] == '=' && text is not ("==" or "!=" or "<=" or ">=" or ":=");

    /// <summary>Whether a name holds a whole number, as far as the source shows: a counter, a length or an item of a range.</summary>
    public static bool IsWholeNumber(PythonSource source, PythonFunction? function, string name)
    {
        int from = function?.Header.Index ?? 0;
        int to = function?.BodyEnd ?? source.Lines.Count;
        for (int i = source.Lines[from].First; i <= source.Lines[to - 1].Last; i++)
        {
            if (source.Code[i].Text != name || !IsTarget(source, i))
            {
                continue;
            }

            bool counted = source.Is(i + 1, "in") && source.Is(i + 2, "range");
            bool numbered = source.Is(i + 1, ",") && source.Is(i - 1, "for") && Enumerate(i);
            bool set =
                IsAssignment(source.Code[i + 1].Text) && (source.Code[i + 2].Kind == PythonTokenKind.Number || source.Is(i + 2, "len"));
            bool halved = source.Is(i + 1, "=") && Divides(i);
            if (counted || numbered || set || halved)
            {
                return true;
            }
        }

        return false;

        bool Enumerate(int token)
        {
            for (int i = token; i <= source.LineOf(token).Last; i++)
            {
                if (source.Is(i, "in"))
                {
                    return source.Is(i + 1, "enumerate");
                }
            }

            return false;
        }

        bool Divides(int token)
        {
            for (int i = token; i <= source.LineOf(token).Last; i++)
            {
                if (source.Is(i, "//"))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static bool IsKeywordArgument(PythonSource source, int token) => source.Is(token + 1, "=") && source.Code[token].Depth > 0;

    private static bool StartsWithTargets(PythonSource source, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            if (source.Code[i].Kind != PythonTokenKind.Name && !source.IsAny(i, ",", "(", ")", "*", "="))
            {
                return false;
            }
        }

        return true;
    }

    private static PythonFunction ReadFunction(PythonSource source, PythonLine header)
    {
        string name = source.Code[header.First + 1].Text;
        List<string> parameters = [];
        foreach ((int first, int last) in source.Split(header.First + 2))
        {
            for (int i = first; i <= last; i++)
            {
                if (source.Code[i].Kind == PythonTokenKind.Name)
                {
                    parameters.Add(source.Code[i].Text);
                    break;
                }
            }
        }

        List<string> names = [.. parameters];
        int end = source.BlockEnd(header);
        bool recursive = false;
        for (int i = header.Index + 1; i < end; i++)
        {
            for (int token = source.Lines[i].First; token <= source.Lines[i].Last; token++)
            {
                string text = source.Code[token].Text;
                if (IsTarget(source, token) && text != "_" && !names.Contains(text))
                {
                    names.Add(text);
                }

                recursive |= text == name && source.Is(token + 1, "(");
            }
        }

        return new PythonFunction(name, parameters, header, end, names, recursive);
    }
}
