namespace ReflectionCoder.SourceCode;

/// <summary>Reads source text of one programming language, to compare programs. Immutable and thread-safe.</summary>
public abstract class CodeReader
{
    private protected CodeReader(string language) => Language = language;

    /// <summary>
    /// Reads Python: its tokens and its syntax tree. Names of variables, functions and attributes don't count as syntax; literals,
    /// operators and imported names do.
    /// </summary>
    public static CodeReader Python { get; } = new PythonCodeReader();

    /// <summary>Reads any language into tokens, by rules that most languages share; there is no syntax tree.</summary>
    /// <param name="language">Name of the language, such as <c>rust</c>; it decides what begins a comment.</param>
    /// <returns>The reader.</returns>
    public static CodeReader ForAnyLanguage(string language)
    {
        ArgumentException.ThrowIfNullOrEmpty(language);
        return new GenericCodeReader(language);
    }

    /// <summary>Name of the language, such as <c>python</c>.</summary>
    public string Language { get; }

    /// <summary>
    /// The tokens of a source in order, without comments and white space. Never throws: what can't be read is a token too.
    /// </summary>
    internal abstract IReadOnlyList<string> Tokens(string source);

    /// <summary>
    /// The kinds of the nodes of the syntax tree in preorder, each with its depth. Null if there is no parser, or it can't read the source.
    /// </summary>
    internal virtual IReadOnlyList<SyntaxNodeKind>? SyntaxNodes(string source) => null;
}

/// <summary>A node of a syntax tree.</summary>
/// <param name="Depth">Its depth; 0 for the root.</param>
/// <param name="Kind">The parser's name for what it is, and for leaves that matter (operators, literals) their text.</param>
internal readonly record struct SyntaxNodeKind(int Depth, string Kind);
