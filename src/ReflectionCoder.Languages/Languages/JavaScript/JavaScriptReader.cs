using Acornima;
using Acornima.Ast;
using ReflectionCoder.Languages.Programs;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Reads JavaScript to compare programs.</summary>
internal sealed class JavaScriptReader() : CodeReader("javascript")
{
    internal override IReadOnlyList<string> Tokens(string source)
    {
        List<CodeToken> tokens = [];
        try
        {
            JavaScriptParser.Parse(source, tokens);
            return [.. tokens.Select(token => token.Text)];
        }
        catch (ParseErrorException)
        {
            int end = tokens.Count == 0 ? 0 : tokens[^1].Where.End;
            return [.. tokens.Select(token => token.Text), .. PlainTokens.Of(source[end..])];
        }
    }

    internal override IReadOnlyList<SyntaxNodeKind>? SyntaxNodes(string source)
    {
        try
        {
            List<SyntaxNodeKind> nodes = [];
            Add(JavaScriptParser.Parse(source, []), 0, nodes);
            return nodes;
        }
        catch (ParseErrorException)
        {
            return null;
        }
    }

    private static void Add(Node node, int depth, List<SyntaxNodeKind> nodes)
    {
        nodes.Add(new SyntaxNodeKind(depth, KindOf(node)));
        foreach (Node child in node.ChildNodes)
        {
            Add(child, depth + 1, nodes);
        }
    }

    private static string KindOf(Node node) =>
        node switch
        {
            Literal literal => $"{node.TypeText} {literal.Raw}",
            TemplateElement template => $"{node.TypeText} {template.Value.Raw}",
            BinaryExpression binary => $"{node.TypeText} {binary.Operator}",
            AssignmentExpression assignment => $"{node.TypeText} {assignment.Operator}",
            UnaryExpression unary => $"{node.TypeText} {unary.Operator}",
            VariableDeclaration declaration => $"{node.TypeText} {declaration.Kind}",
            _ => node.TypeText,
        };
}
