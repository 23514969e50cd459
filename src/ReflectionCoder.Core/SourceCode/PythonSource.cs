namespace ReflectionCoder.SourceCode;

/// <summary>Python source with the structure that mutation operators need: statements, blocks, brackets and functions. Immutable.</summary>
internal sealed class PythonSource
{
    private readonly int[] partners;
    private readonly int[] lineOfToken;

    private PythonSource(string text)
    {
        Text = text;
        Tokens = PythonLexer.Tokenize(text);
        Code = [.. Tokens.Where(token => token.IsCode)];
        lineOfToken = new int[Code.Count];
        Lines = FindLines();
        partners = FindPartners();
        Functions = PythonScopes.FindFunctions(this);
    }

    /// <summary>The source.</summary>
    public string Text { get; }

    /// <summary>All tokens; joined, they are <see cref="Text"/>.</summary>
    public IReadOnlyList<PythonToken> Tokens { get; }

    /// <summary>The tokens that are part of statements.</summary>
    public IReadOnlyList<PythonToken> Code { get; }

    /// <summary>The statements and block headers in order.</summary>
    public IReadOnlyList<PythonLine> Lines { get; }

    /// <summary>The functions in order of their headers.</summary>
    public IReadOnlyList<PythonFunction> Functions { get; }

    /// <summary>Reads a source.</summary>
    /// <param name="text">Python source; what isn't Python gives tokens of an unknown kind.</param>
    /// <returns>Its structure.</returns>
    public static PythonSource Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new PythonSource(text);
    }

    /// <summary>The line that a token is in.</summary>
    /// <param name="token">Index in <see cref="Code"/>.</param>
    /// <returns>The line.</returns>
    public PythonLine LineOf(int token) => Lines[lineOfToken[token]];

    /// <summary>The other bracket of a pair.</summary>
    /// <param name="token">Index of a bracket in <see cref="Code"/>.</param>
    /// <returns>Index of its partner; -1 when there is none or the token is no bracket.</returns>
    public int PartnerOf(int token) => partners[token];

    /// <summary>Whether a token has this text.</summary>
    /// <param name="token">Index in <see cref="Code"/>; outside of it the answer is false.</param>
    /// <param name="text">The text.</param>
    /// <returns>True if it has.</returns>
    public bool Is(int token, string text) => token >= 0 && token < Code.Count && Code[token].Text == text;

    /// <summary>Whether a token has one of these texts.</summary>
    /// <param name="token">Index in <see cref="Code"/>; outside of it the answer is false.</param>
    /// <param name="texts">The texts.</param>
    /// <returns>True if it has.</returns>
    public bool IsAny(int token, params ReadOnlySpan<string> texts) => token >= 0 && token < Code.Count && texts.Contains(Code[token].Text);

    /// <summary>Whether a token ends an operand. Then an operator after it is binary, and a bracket after it calls or indexes.</summary>
    /// <param name="token">Index in <see cref="Code"/>; outside of it the answer is false.</param>
    /// <returns>True for names, literals and closing brackets.</returns>
    public bool EndsOperand(int token) =>
        token >= 0
        && token < Code.Count
        && (
            Code[token].Kind is PythonTokenKind.Name or PythonTokenKind.Number or PythonTokenKind.Text
            || Code[token].Text is ")" or "]" or "}" or "True" or "False" or "None"
        );

    /// <summary>The text from one token to another, both included.</summary>
    /// <param name="first">Index in <see cref="Code"/>.</param>
    /// <param name="last">Index in <see cref="Code"/>.</param>
    /// <returns>The text.</returns>
    public string Between(int first, int last) => Text[Code[first].Start..Code[last].End];

    /// <summary>A line's statement, without indentation, comment and line end.</summary>
    /// <param name="line">A line.</param>
    /// <returns>The text.</returns>
    public string Show(PythonLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Between(line.First, line.Last);
    }

    /// <summary>Whether a line ends in a colon and so opens a block.</summary>
    /// <param name="line">A line.</param>
    /// <returns>True if it does.</returns>
    public bool IsHeader(PythonLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Is(line.Last, ":");
    }

    /// <summary>Index of the first line after a header's block.</summary>
    /// <param name="header">A line that opens a block.</param>
    /// <returns>The index; <c>header.Index + 1</c> when the block is empty.</returns>
    public int BlockEnd(PythonLine header)
    {
        ArgumentNullException.ThrowIfNull(header);
        int end = header.Index + 1;
        while (end < Lines.Count && Lines[end].Indentation > header.Indentation)
        {
            end++;
        }

        return end;
    }

    /// <summary>The header of the innermost block that a line is in.</summary>
    /// <param name="line">A line.</param>
    /// <returns>The header; null at the top level.</returns>
    public PythonLine? ParentOf(PythonLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        for (int i = line.Index - 1; i >= 0; i--)
        {
            if (Lines[i].Indentation < line.Indentation)
            {
                return Lines[i];
            }
        }

        return null;
    }

    /// <summary>The other statements of the block that a line is in, without the statements nested in those.</summary>
    /// <param name="line">A line.</param>
    /// <returns>The lines; none at the top level.</returns>
    public IEnumerable<PythonLine> StatementsBeside(PythonLine line) =>
        ParentOf(line) is { } parent
            ? Lines.Take(BlockEnd(parent)).Skip(parent.Index + 1).Where(other => other != line && other.Indentation == line.Indentation)
            : [];

    /// <summary>The innermost function that a line is in; a header belongs to its own function.</summary>
    /// <param name="line">A line.</param>
    /// <returns>The function; null at the top level.</returns>
    public PythonFunction? FunctionOf(PythonLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Functions.LastOrDefault(function => function.Header.Index <= line.Index && line.Index < function.BodyEnd);
    }

    /// <summary>Splits the tokens between two brackets at the commas.</summary>
    /// <param name="open">Index of the opening bracket in <see cref="Code"/>.</param>
    /// <returns>First and last token of each part; none if the brackets are empty or not closed.</returns>
    public IReadOnlyList<(int First, int Last)> Split(int open)
    {
        int close = partners[open];
        List<(int First, int Last)> parts = [];
        int first = open + 1;
        for (int i = open + 1; i <= close; i++)
        {
            if (i == close || (Is(i, ",") && Code[i].Depth == Code[open].Depth + 1))
            {
                if (i > first)
                {
                    parts.Add((first, i - 1));
                }

                first = i + 1;
            }
        }

        return parts;
    }

    private List<PythonLine> FindLines()
    {
        List<PythonLine> lines = [];
        int code = 0;
        int first = 0;
        int end = 0;
        foreach (PythonToken token in Tokens)
        {
            if (token.IsCode)
            {
                lineOfToken[code++] = lines.Count;
                end = token.End;
            }
            else if (token.Kind == PythonTokenKind.NewLine)
            {
                end = token.End;
                Close();
            }
        }

        Close();
        return lines;

        void Close()
        {
            if (code > first)
            {
                PythonToken token = Code[first];
                lines.Add(new PythonLine(lines.Count, first, code - 1, token.Indentation, token.Start - token.Column, end));
                first = code;
            }
        }
    }

    private int[] FindPartners()
    {
        int[] result = new int[Code.Count];
        Array.Fill(result, -1);
        Stack<int> open = [];
        for (int i = 0; i < Code.Count; i++)
        {
            if (IsAny(i, "(", "[", "{"))
            {
                open.Push(i);
            }
            else if (IsAny(i, ")", "]", "}") && open.TryPop(out int start))
            {
                result[start] = i;
                result[i] = start;
            }
        }

        return result;
    }
}
