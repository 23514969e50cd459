namespace ReflectionCoder.SourceCode;

/// <summary>Reads Python source into a syntax tree of statements and expressions.</summary>
internal static class PythonSyntax
{
    /// <summary>Reads a source.</summary>
    /// <returns>Its tree; null if it isn't Python as far as can be told.</returns>
    public static PythonNode? Parse(string text)
    {
        PythonSource source = PythonSource.Parse(text);
        PythonNode module = new("module");
        Stack<(int Indentation, PythonNode Node)> open = new([(-1, module)]);
        try
        {
            foreach (PythonLine line in source.Lines)
            {
                while (open.Peek().Indentation >= line.Indentation)
                {
                    open.Pop();
                }

                PythonNode parent = open.Peek().Node;
                PythonNode? header = ReadLine(source, line, parent);
                if (header is not null)
                {
                    open.Push((line.Indentation, header));
                }
            }

            return module;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Adds a line's statements; gives the one that the lines below it may belong to.</summary>
    private static PythonNode? ReadLine(PythonSource source, PythonLine line, PythonNode parent)
    {
        PythonExpressions reader = new(source.Code, line.First, line.Last + 1);
        PythonNode? header = Header(reader, source, line);
        if (header is not null)
        {
            parent.Children.Add(header);
            reader.Expect(":");
            Simple(reader, header);
            return header;
        }

        Simple(reader, parent);
        return null;
    }

    /// <summary>Statements that a semicolon separates.</summary>
    private static void Simple(PythonExpressions reader, PythonNode parent)
    {
        while (reader.Next.Length > 0)
        {
            parent.Children.Add(Statement(reader));
            if (!reader.Take(";") && reader.Next.Length > 0)
            {
                throw new FormatException($"'{reader.Next}' continues no statement.");
            }
        }
    }

    private static PythonNode? Header(PythonExpressions reader, PythonSource source, PythonLine line)
    {
        string async = reader.Take("async") ? "async " : "";
        string word = reader.Next;
        switch (word)
        {
            case "if" or "elif" or "while":
                reader.Take(word);
                return PythonNode.Of(word, reader.Expression());
            case "else" or "try" or "finally":
                reader.Take(word);
                return new PythonNode(word);
            case "for":
                reader.Take(word);
                PythonNode targets = reader.Targets();
                reader.Expect("in");
                return PythonNode.Of(async + word, targets, reader.List());
            case "def":
                return Function(reader, async);
            case "class":
                reader.Take(word);
                reader.Name();
                return reader.Take("(") ? reader.Arguments(new PythonNode(word), ")") : new PythonNode(word);
            case "with":
                return With(reader, async);
            case "except":
                return Except(reader);
            case "match" or "case" when source.IsHeader(line) && IsSoftKeyword(source, line):
                return Match(reader, word);
            default:
                return async.Length == 0 ? null : throw new FormatException("Nothing is 'async' here.");
        }
    }

    private static PythonNode Function(PythonExpressions reader, string async)
    {
        reader.Expect("def");
        reader.Name();
        reader.Expect("(");
        PythonNode function = PythonNode.Of(async + "def", reader.Parameters(")"));
        reader.Expect(")");
        if (reader.Take("->"))
        {
            function.Children.Add(PythonNode.Of("annotation", reader.Expression()));
        }

        return function;
    }

    private static PythonNode With(PythonExpressions reader, string async)
    {
        reader.Expect("with");
        PythonNode with = new(async + "with");
        do
        {
            PythonNode item = PythonNode.Of("item", reader.Expression());
            if (reader.Take("as"))
            {
                item.Children.Add(reader.Expression());
            }

            with.Children.Add(item);
        } while (reader.Take(","));
        return with;
    }

    private static PythonNode Except(PythonExpressions reader)
    {
        reader.Expect("except");
        PythonNode except = new(reader.Take("*") ? "except*" : "except");
        if (reader.Next != ":")
        {
            except.Children.Add(reader.List());
            if (reader.Take("as"))
            {
                except.Children.Add(reader.Name());
            }
        }

        return except;
    }

    /// <summary>Patterns look like expressions, but for <c>as</c> and the condition behind them.</summary>
    private static PythonNode Match(PythonExpressions reader, string word)
    {
        reader.Expect(word);
        PythonNode match = PythonNode.Of(word, reader.List(word == "match" ? 1 : 3));
        if (reader.Take("as"))
        {
            match.Children.Add(reader.Name());
        }

        if (reader.Take("if"))
        {
            match.Children.Add(PythonNode.Of("if", reader.Expression()));
        }

        return match;
    }

    /// <summary><c>match</c> may be a name too: then an operator other than an opening bracket, a star or a sign follows.</summary>
    private static bool IsSoftKeyword(PythonSource source, PythonLine line) =>
        line.Last > line.First + 1
        && (
            source.Code[line.First + 1].Kind != PythonTokenKind.Operator || source.IsAny(line.First + 1, "(", "[", "{", "*", "-", "~", "+")
        );

    private static PythonNode Statement(PythonExpressions reader)
    {
        string word = reader.Next;
        switch (word)
        {
            case "pass" or "break" or "continue":
                reader.Take(word);
                return new PythonNode(word);
            case "return" or "del" or "assert":
                reader.Take(word);
                return reader.Next is "" or ";" ? new PythonNode(word) : PythonNode.Of(word, reader.List());
            case "raise":
                reader.Take(word);
                PythonNode raise = new(word);
                if (reader.Next is not ("" or ";"))
                {
                    raise.Children.Add(reader.Expression());
                    if (reader.Take("from"))
                    {
                        raise.Children.Add(reader.Expression());
                    }
                }

                return raise;
            case "global" or "nonlocal":
                reader.Take(word);
                return PythonNode.Of(word, reader.List());
            case "import" or "from":
                return Import(reader, word);
            case "@":
                reader.Take(word);
                return PythonNode.Of(word, reader.Expression());
            default:
                return Assignment(reader);
        }
    }

    /// <summary>Which modules and names are imported counts, unlike other names: they are no choice of the author.</summary>
    private static PythonNode Import(PythonExpressions reader, string word)
    {
        PythonNode import = new(word);
        while (reader.Next is not ("" or ";"))
        {
            string text = reader.Next;
            import.Children.Add(new PythonNode(text));
            reader.Take(text);
        }

        return import;
    }

    private static PythonNode Assignment(PythonExpressions reader)
    {
        PythonNode first = reader.List();
        string text = reader.Next;
        if (text == ":")
        {
            reader.Take(text);
            first = PythonNode.Of("annotated", first, reader.Expression());
            text = reader.Next;
        }
        else if (text.Length > 1 && text[^1] == '=')
        {
            reader.Take(text);
            return PythonNode.Of(text, first, reader.List());
        }

        if (text != "=")
        {
            return first;
        }

        PythonNode assignment = PythonNode.Of("=", first);
        while (reader.Take("="))
        {
            assignment.Children.Add(reader.List());
        }

        return assignment;
    }
}
