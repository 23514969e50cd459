using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>Reads C# to compare programs.</summary>
internal sealed class CSharpReader() : CodeReader("csharp")
{
    internal override IReadOnlyList<string> Tokens(string source) =>
        [.. SyntaxFactory.ParseTokens(source).Select(token => token.Text).Where(text => text.Length > 0)];

    internal override IReadOnlyList<SyntaxNodeKind>? SyntaxNodes(string source)
    {
        SyntaxTree tree = CSharpParser.Parse(source);
        if (CSharpParser.FirstError(tree) is not null)
        {
            return null;
        }

        List<SyntaxNodeKind> nodes = [];
        Add(tree.GetRoot(), 0, nodes);
        return nodes;
    }

    private static void Add(SyntaxNode node, int depth, List<SyntaxNodeKind> nodes)
    {
        string kind = node.Kind().ToString();
        nodes.Add(
            new SyntaxNodeKind(
                depth,
                node is LiteralExpressionSyntax or PredefinedTypeSyntax or InterpolatedStringTextSyntax ? $"{kind} {node}" : kind
            )
        );
        foreach (SyntaxNode child in node.ChildNodes())
        {
            Add(child, depth + 1, nodes);
        }
    }
}
