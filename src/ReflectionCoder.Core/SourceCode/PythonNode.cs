namespace ReflectionCoder.SourceCode;

/// <summary>A node of a Python syntax tree.</summary>
/// <param name="kind">What it is: a statement's keyword, an operator, a literal's text, or a name such as <c>call</c>.</param>
internal sealed class PythonNode(string kind)
{
    public string Kind => kind;

    public List<PythonNode> Children { get; } = [];

    /// <summary>Makes a node with children.</summary>
    public static PythonNode Of(string kind, params ReadOnlySpan<PythonNode> children)
    {
        PythonNode node = new(kind);
        node.Children.AddRange(children);
        return node;
    }

    /// <summary>Lists the node and all below it in preorder. A deep tree doesn't use up the stack.</summary>
    public List<SyntaxNodeKind> Flatten()
    {
        List<SyntaxNodeKind> nodes = [];
        Stack<(int Depth, PythonNode Node)> open = new([(0, this)]);
        while (open.TryPop(out (int Depth, PythonNode Node) next))
        {
            nodes.Add(new SyntaxNodeKind(next.Depth, next.Node.Kind));
            for (int i = next.Node.Children.Count - 1; i >= 0; i--)
            {
                open.Push((next.Depth + 1, next.Node.Children[i]));
            }
        }

        return nodes;
    }
}
