using Acornima;
using ReflectionCoder.Languages.Programs;
using JavaScriptTree = Acornima.Ast.Program;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Parses JavaScript by Acornima: a script, and if it is none, a module.</summary>
internal static class JavaScriptParser
{
    /// <summary>Parses a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="tokens">Gets the tokens; those before the mistake if there is one.</param>
    /// <exception cref="ParseErrorException">The source can't be read.</exception>
    public static JavaScriptTree Parse(string source, List<CodeToken> tokens)
    {
        try
        {
            return Create(source, tokens).ParseScript(source);
        }
        catch (ParseErrorException)
            when (source.Contains("import", StringComparison.Ordinal) || source.Contains("export", StringComparison.Ordinal))
        {
            tokens.Clear();
            return Create(source, tokens).ParseModule(source);
        }
    }

    private static Parser Create(string source, List<CodeToken> tokens) =>
        new(
            new ParserOptions
            {
                OnToken = (in Token token) =>
                {
                    if (token.Kind != TokenKind.EOF && token.End > token.Start)
                    {
                        string text = source[token.Start..token.End];
                        tokens.Add(new CodeToken(KindOf(token.Kind), new Extent(token.Start, token.End), text));
                    }
                },
            }
        );

    private static CodeTokenKind KindOf(TokenKind kind) =>
        kind switch
        {
            TokenKind.Identifier => CodeTokenKind.Name,
            TokenKind.Keyword or TokenKind.BooleanLiteral or TokenKind.NullLiteral => CodeTokenKind.Keyword,
            TokenKind.NumericLiteral => CodeTokenKind.Number,
            TokenKind.StringLiteral or TokenKind.Template => CodeTokenKind.Text,
            _ => CodeTokenKind.Other,
        };
}
