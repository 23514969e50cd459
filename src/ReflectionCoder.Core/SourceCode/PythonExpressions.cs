namespace ReflectionCoder.SourceCode;

/// <summary>Reads Python expressions into trees. Names count as names, whatever they are; literals and operators keep their text.</summary>
/// <remarks>Follows the operators' precedence in Python's language reference. It accepts more than Python does.</remarks>
internal sealed class PythonExpressions
{
    private const int Ternary = 2;
    private const int Or = 3;
    private const int Not = 5;
    private const int BitOr = 7;
    private const int Unary = 13;
    private const int MostNested = 200;

    private readonly IReadOnlyList<PythonToken> tokens;
    private readonly int end;
    private int nested;

    /// <summary>Reads from a range of tokens.</summary>
    /// <param name="tokens">Code tokens.</param>
    /// <param name="first">Index of the first.</param>
    /// <param name="end">Index after the last.</param>
    public PythonExpressions(IReadOnlyList<PythonToken> tokens, int first, int end)
    {
        this.tokens = tokens;
        this.end = end;
        Position = first;
    }

    /// <summary>Index of the next token.</summary>
    public int Position { get; private set; }

    /// <summary>The next token's text; empty at the end.</summary>
    public string Next => Position < end ? tokens[Position].Text : "";

    /// <summary>Takes a token if it is the next one.</summary>
    public bool Take(string text)
    {
        bool takes = Position < end && tokens[Position].Text == text;
        Position += takes ? 1 : 0;
        return takes;
    }

    /// <summary>Takes a token that must be the next one.</summary>
    /// <exception cref="FormatException">It isn't.</exception>
    public void Expect(string text)
    {
        if (!Take(text))
        {
            throw new FormatException($"'{text}' is missing before '{Next}'.");
        }
    }

    /// <summary>Takes a name, which must be the next token.</summary>
    /// <exception cref="FormatException">It isn't.</exception>
    public PythonNode Name()
    {
        if (Position >= end || tokens[Position].Kind != PythonTokenKind.Name)
        {
            throw new FormatException($"A name is missing before '{Next}'.");
        }

        Position++;
        return new PythonNode("name");
    }

    /// <summary>Reads expressions between commas; more than one are a tuple.</summary>
    public PythonNode List(int precedence = 1)
    {
        PythonNode first = Expression(precedence);
        if (Next != ",")
        {
            return first;
        }

        PythonNode tuple = PythonNode.Of("tuple", first);
        while (Take(",") && !EndsList())
        {
            tuple.Children.Add(Expression(precedence));
        }

        return tuple;
    }

    /// <summary>Reads the targets of a loop: what stands before <c>in</c>.</summary>
    public PythonNode Targets() => List(BitOr);

    /// <summary>Reads one expression.</summary>
    /// <param name="precedence">Weaker operators end it.</param>
    public PythonNode Expression(int precedence = 1)
    {
        if (++nested > MostNested)
        {
            throw new FormatException("The expression is nested too deeply.");
        }

        PythonNode left = Prefix();
        while (Operator() is { } found && found.Precedence >= precedence)
        {
            Position += found.Text.Contains(' ', StringComparison.Ordinal) ? 2 : 1;
            left = Binary(left, found.Text, found.Precedence);
        }

        nested--;
        return left;
    }

    /// <summary>Reads parameters of a function up to the closing token, which stays.</summary>
    public PythonNode Parameters(string close)
    {
        PythonNode parameters = new("parameters");
        while (Next != close && Next.Length > 0)
        {
            string kind =
                Take("**") ? "**"
                : Take("*") ? "*"
                : Take("/") ? "/"
                : "parameter";
            PythonNode parameter = new(kind);
            if (Next != "," && Next != close)
            {
                parameter.Children.Add(Name());
                if (close == ")" && Take(":"))
                {
                    parameter.Children.Add(PythonNode.Of("annotation", Expression()));
                }

                if (Take("="))
                {
                    parameter.Children.Add(Expression());
                }
            }

            parameters.Children.Add(parameter);
            if (!Take(","))
            {
                break;
            }
        }

        return parameters;
    }

    /// <summary>Reads arguments up to the closing bracket, which is taken.</summary>
    public PythonNode Arguments(PythonNode call, string close)
    {
        while (!Take(close))
        {
            call.Children.Add(Argument());
            if (!Take(","))
            {
                Expect(close);
                break;
            }
        }

        return call;
    }

    private PythonNode Argument()
    {
        if (Position + 1 < end && tokens[Position].Kind == PythonTokenKind.Name && tokens[Position + 1].Text == "=")
        {
            Position += 2;
            return PythonNode.Of("keyword", Expression());
        }

        PythonNode value = Expression();
        return Next is "for" or "async" ? Comprehension("generator", value) : value;
    }

    private PythonNode Prefix()
    {
        string text = Next;
        switch (text)
        {
            case "not":
                Position++;
                return PythonNode.Of("not", Expression(Not));
            case "-" or "+" or "~":
                Position++;
                return PythonNode.Of("unary" + text, Expression(Unary));
            case "*" or "**":
                Position++;
                return PythonNode.Of("star" + text, Expression(BitOr));
            case "await":
                Position++;
                return PythonNode.Of(text, Expression(Unary + 2));
            case "lambda":
                Position++;
                PythonNode parameters = Parameters(":");
                Expect(":");
                return PythonNode.Of(text, parameters, Expression(Ternary));
            case "yield":
                Position++;
                string kind = Take("from") ? "yield from" : text;
                return Next is "" or ")" or "]" or "}" or "=" ? new PythonNode(kind) : PythonNode.Of(kind, List());
            default:
                return Postfix(Atom());
        }
    }

    private PythonNode Atom()
    {
        if (Position >= end)
        {
            throw new FormatException("An expression is missing at the end.");
        }

        PythonToken token = tokens[Position++];
        switch (token.Kind)
        {
            case PythonTokenKind.Name:
                return new PythonNode("name");
            case PythonTokenKind.Number:
                return new PythonNode(token.Text);
            case PythonTokenKind.Text:
                PythonNode literal = new(token.Text);
                while (Position < end && tokens[Position].Kind == PythonTokenKind.Text)
                {
                    literal.Children.Add(new PythonNode(tokens[Position++].Text));
                }

                return literal;
        }

        return token.Text switch
        {
            "True" or "False" or "None" or "..." => new PythonNode(token.Text),
            "(" => Parenthesis(),
            "[" => Display("list", "]"),
            "{" => Display("set", "}"),
            _ => throw new FormatException($"'{token.Text}' begins no expression."),
        };
    }

    private PythonNode Parenthesis()
    {
        PythonNode content = Display("tuple", ")");
        bool isTuple = content.Children.Count != 1 || tokens[Position - 2].Text == ",";
        return content.Kind != "tuple" || isTuple ? content : content.Children[0];
    }

    /// <summary>Reads what is between brackets: items, pairs, or one item and how it is generated.</summary>
    private PythonNode Display(string kind, string close)
    {
        PythonNode display = new(kind == "set" && Next is "}" or "**" ? "dict" : kind);
        while (!Take(close))
        {
            PythonNode item = Expression();
            if (kind == "set" && Take(":"))
            {
                display = display.Kind == "set" && display.Children.Count == 0 ? new PythonNode("dict") : display;
                item = PythonNode.Of("pair", item, Expression());
            }

            if (Next is "for" or "async")
            {
                PythonNode generated = Comprehension(kind == "tuple" ? "generator" : display.Kind + " comprehension", item);
                Expect(close);
                return generated;
            }

            display.Children.Add(item);
            if (!Take(","))
            {
                Expect(close);
                break;
            }
        }

        return display;
    }

    private PythonNode Comprehension(string kind, PythonNode item)
    {
        PythonNode comprehension = PythonNode.Of(kind, item);
        while (Next is "for" or "async" or "if")
        {
            if (Take("if"))
            {
                comprehension.Children.Add(PythonNode.Of("if", Expression(Or)));
                continue;
            }

            Take("async");
            Expect("for");
            PythonNode targets = Targets();
            Expect("in");
            comprehension.Children.Add(PythonNode.Of("for", targets, Expression(Or)));
        }

        return comprehension;
    }

    private PythonNode Postfix(PythonNode value)
    {
        while (true)
        {
            if (Take("."))
            {
                value = PythonNode.Of("attribute", value, Name());
            }
            else if (Take("("))
            {
                value = Arguments(PythonNode.Of("call", value), ")");
            }
            else if (Take("["))
            {
                value = Subscript(PythonNode.Of("subscript", value));
            }
            else
            {
                return value;
            }
        }
    }

    private PythonNode Subscript(PythonNode subscript)
    {
        while (!Take("]"))
        {
            PythonNode? first = Next == ":" ? null : Expression();
            if (Next == ":")
            {
                PythonNode slice = new("slice");
                slice.Children.Add(first ?? new PythonNode(""));
                while (Take(":"))
                {
                    slice.Children.Add(Next is ":" or "," or "]" ? new PythonNode("") : Expression());
                }

                first = slice;
            }

            subscript.Children.Add(first!);
            if (!Take(","))
            {
                Expect("]");
                break;
            }
        }

        return subscript;
    }

    private PythonNode Binary(PythonNode left, string text, int precedence)
    {
        if (text == "if")
        {
            PythonNode condition = Expression(Or);
            Expect("else");
            return PythonNode.Of("if else", left, condition, Expression(Ternary));
        }

        // A power binds its right side more tightly than a sign before it, and groups from the right.
        return PythonNode.Of(text, left, Expression(text == "**" ? Unary : precedence + 1));
    }

    private (string Text, int Precedence)? Operator()
    {
        string text = Next;
        string after = Position + 1 < end ? tokens[Position + 1].Text : "";
        return text switch
        {
            ":=" => (text, 1),
            "if" => (text, Ternary),
            "or" => (text, Or),
            "and" => (text, Or + 1),
            "not" when after == "in" => ("not in", 6),
            "is" when after == "not" => ("is not", 6),
            "in" or "is" or "<" or ">" or "<=" or ">=" or "==" or "!=" => (text, 6),
            "|" => (text, BitOr),
            "^" => (text, 8),
            "&" => (text, 9),
            "<<" or ">>" => (text, 10),
            "+" or "-" => (text, 11),
            "*" or "/" or "//" or "%" or "@" => (text, 12),
            "**" => (text, 14),
            _ => null,
        };
    }

    private bool EndsList() => Next is "" or "=" or ":" or ")" or "]" or "}" or "in" or ";";
}
