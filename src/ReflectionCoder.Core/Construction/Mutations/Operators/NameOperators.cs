using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>Another variable of the same function.</summary>
internal sealed class WrongVariable()
    : MutationOperator("wrong-variable", MutationKind.Misbehaving, "takes another variable of the same function", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            PythonFunction? function = source.FunctionOf(source.LineOf(i));
            if (function is null || !function.Names.Contains(token.Text) || !PythonScopes.IsVariableUse(source, i))
            {
                continue;
            }

            foreach (string wrong in function.Names.Where(name => name != token.Text))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` uses the variable `{wrong}` where `{token.Text}` is needed."
                );
            }
        }
    }
}

/// <summary>A variable's name with a letter too few or too many.</summary>
internal sealed class MisspeltName()
    : MutationOperator("misspelt-name", MutationKind.Raising, "misspells the name of a variable", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        HashSet<string> used = [.. source.Code.Select(token => token.Text)];
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            PythonFunction? function = source.FunctionOf(source.LineOf(i));
            if (function is null || !function.Names.Contains(token.Text) || !PythonScopes.IsVariableUse(source, i))
            {
                continue;
            }

            foreach (string wrong in Misspell(token.Text).Where(name => !used.Contains(name) && !PythonLexer.IsKeyword(name)))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"In `{line}` the name `{token.Text}` is misspelt as `{wrong}`."
                );
            }
        }
    }

    private static IEnumerable<string> Misspell(string name)
    {
        if (name.Length < 3)
        {
            yield break;
        }

        yield return name[^1] == 's' ? name[..^1] : name + "s";
        int middle = name.Length / 2;
        yield return name.Remove(middle, 1);
        if (name[middle] != name[middle - 1])
        {
            yield return $"{name[..(middle - 1)]}{name[middle]}{name[middle - 1]}{name[(middle + 1)..]}";
        }
    }
}

/// <summary>The name that a built-in function has in another language, or ought to have.</summary>
internal sealed class WrongBuiltin()
    : MutationOperator(
        "wrong-builtin",
        MutationKind.Raising,
        "calls a built-in function by a name that Python does not have",
        isCommon: true
    )
{
    private static readonly Dictionary<string, string> WrongNames = new()
    {
        ["len"] = "length",
        ["range"] = "ranges",
        ["str"] = "string",
        ["int"] = "integer",
        ["sorted"] = "sort",
        ["enumerate"] = "enum",
        ["max"] = "maximum",
        ["min"] = "minimum",
        ["reversed"] = "reverse",
        ["abs"] = "absolute",
        ["isinstance"] = "instanceof",
        ["list"] = "array",
        ["dict"] = "map_of",
        ["set"] = "unique",
        ["chr"] = "char_of",
        ["zip"] = "pairs_of",
        ["sum"] = "add_up",
    };

    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        HashSet<string> used = [.. source.Code.Select(token => token.Text)];
        for (int i = 0; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            if (
                token.Kind == PythonTokenKind.Name
                && source.Is(i + 1, "(")
                && !source.IsAny(i - 1, ".", "def")
                && WrongNames.TryGetValue(token.Text, out string? wrong)
                && !used.Contains(wrong)
            )
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` calls `{wrong}`, which Python does not have; the function is called `{token.Text}`."
                );
            }
        }
    }
}

/// <summary>A method that the object does not have.</summary>
internal sealed class WrongMethod() : MutationOperator("wrong-method", MutationKind.Raising, "calls a method that the object does not have")
{
    private static readonly Dictionary<string, string> WrongNames = new()
    {
        ["append"] = "push",
        ["extend"] = "append_all",
        ["pop"] = "pop_last",
        ["insert"] = "insert_at",
        ["remove"] = "delete",
        ["sort"] = "sorted",
        ["reverse"] = "reversed",
        ["items"] = "pairs",
        ["keys"] = "names",
        ["values"] = "all_values",
        ["get"] = "find",
        ["setdefault"] = "set_default",
        ["split"] = "splits",
        ["join"] = "concat",
        ["lower"] = "to_lower",
        ["upper"] = "to_upper",
        ["strip"] = "trim",
        ["zfill"] = "pad_zero",
        ["isdigit"] = "is_digit",
        ["isalpha"] = "is_letter",
        ["isupper"] = "is_upper",
        ["startswith"] = "starts_with",
        ["endswith"] = "ends_with",
        ["replace"] = "substitute",
        ["count"] = "count_of",
        ["index"] = "index_of",
        ["isoformat"] = "to_text",
        ["weekday"] = "day_of_week",
        ["fromisoformat"] = "parse",
    };

    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i < source.Code.Count; i++)
        {
            PythonToken token = source.Code[i];
            if (source.Is(i - 1, ".") && source.Is(i + 1, "(") && WrongNames.TryGetValue(token.Text, out string? wrong))
            {
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(token, wrong),
                    line => $"`{line}` calls the method `{wrong}`, which does not exist; it is called `{token.Text}`."
                );
            }
        }
    }
}

/// <summary>A missing import.</summary>
internal sealed class MissingImport() : MutationOperator("missing-import", MutationKind.Raising, "leaves out an import")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (line.Indentation == 0 && source.IsAny(line.First, "import", "from"))
            {
                string text = source.Show(line);
                int end = line.End;
                while (end < source.Text.Length && source.Text[end] == '\n')
                {
                    end++;
                }

                yield return new Mutation(
                    Name,
                    [new TextEdit(line.Start, end - line.Start, "")],
                    $"The program uses what `{text}` brings in, but that line is missing.",
                    $"I add `{text}` at the top."
                );
            }
        }
    }
}
