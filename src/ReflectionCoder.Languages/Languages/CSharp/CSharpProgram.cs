using Microsoft.CodeAnalysis;
using ReflectionCoder.Languages.Programs;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>A C# program: its model, and the parser's tree for what only C# has.</summary>
internal sealed class CSharpProgram(string text, SyntaxNode root) : ProgramModel(text)
{
    /// <summary>The nodes of one kind, in the order of the source.</summary>
    public IEnumerable<TNode> Of<TNode>()
        where TNode : SyntaxNode => root.DescendantNodes().OfType<TNode>();

    /// <summary>The declared type of the variable that an expression names; the empty text if that isn't known.</summary>
    public string TypeOf(SyntaxNode expression)
    {
        Variable? variable = VariableAt(expression.ToString(), expression.SpanStart);
        return variable is { Type: "var", Value: { } value } ? Created(Source[value]) : variable?.Type ?? "";
    }

    /// <summary>Where a node or token stands.</summary>
    public static Extent Where(SyntaxNode node) => new(node.SpanStart, node.Span.End);

    /// <summary>Where a token stands.</summary>
    public static Extent Where(SyntaxToken token) => new(token.SpanStart, token.Span.End);

    /// <summary>The type that a first value such as <c>new List&lt;int&gt;()</c> has.</summary>
    private static string Created(string value)
    {
        int end = value.IndexOfAny(['(', '{', '[']);
        return value.StartsWith("new ", StringComparison.Ordinal) && end > 4 ? value[4..end].Trim() : "";
    }
}
