namespace ReflectionCoder.SourceCode;

/// <summary>Reads Python.</summary>
internal sealed class PythonCodeReader() : CodeReader("python")
{
    internal override IReadOnlyList<string> Tokens(string source) =>
        [.. PythonLexer.Tokenize(source).Where(token => token.IsCode).Select(token => token.Text)];

    internal override IReadOnlyList<SyntaxNodeKind>? SyntaxNodes(string source) => PythonSyntax.Parse(source)?.Flatten();
}
