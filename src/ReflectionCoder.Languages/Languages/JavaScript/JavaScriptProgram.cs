using Acornima.Ast;
using ReflectionCoder.Languages.Programs;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>A JavaScript program: its model, and the parser's nodes for what only JavaScript has.</summary>
internal sealed class JavaScriptProgram(string text) : ProgramModel(text)
{
    /// <summary>All nodes in preorder.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>The parents of the nodes.</summary>
    public Dictionary<Node, Node> Parents { get; } = [];

    /// <summary>The nodes of one kind, in the order of the source.</summary>
    public IEnumerable<TNode> Of<TNode>()
        where TNode : Node => Nodes.OfType<TNode>();

    /// <summary>The text of a node.</summary>
    public string Show(Node node) => Text[node.Start..node.End];

    /// <summary>Where a node stands.</summary>
    public static Extent Where(Node node) => new(node.Start, node.End);
}
