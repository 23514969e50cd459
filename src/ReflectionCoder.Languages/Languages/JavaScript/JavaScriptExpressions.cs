using Acornima;
using Acornima.Ast;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.JavaScript.JavaScriptProgram;
using Statement = ReflectionCoder.Languages.Programs.Statement;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Adds Acornima's expressions to the model of a program.</summary>
internal sealed class JavaScriptExpressions(JavaScriptProgram program)
{
    /// <summary>Adds a node if it is an expression of interest, without the nodes in it.</summary>
    public void Add(Node node, Node parent, FunctionPart? function, Statement? statement)
    {
        Extent whole = Where(node);
        switch (node)
        {
            case BinaryExpression one:
                CodeToken sign = program.OperatorAfter(Where(one.Left));
                string? outer = parent is BinaryExpression above ? program.OperatorAfter(Where(above.Left)).Text : null;
                bool isRight = parent is BinaryExpression { Right: var right } && right == node;
                program.Binaries.Add(new BinaryOperation(whole, Where(one.Left), sign.Where, sign.Text, Where(one.Right), outer, isRight));
                break;
            case UpdateExpression one:
                Extent target = Where(one.Argument);
                program.Increments.Add((one.Prefix ? new Extent(node.Start, node.Start + 2) : new Extent(node.End - 2, node.End), target));
                break;
            case UnaryExpression { Operator: Operator.LogicalNot } one:
                program.Negations.Add((whole, Where(one.Argument)));
                break;
            case AssignmentExpression one:
                CodeToken assign = program.OperatorAfter(Where(one.Left));
                Statement? own = parent is ExpressionStatement ? statement : null;
                program.Assignments.Add(new Assignment(whole, Where(one.Left), assign.Where, assign.Text, Where(one.Right), own));
                break;
            case ConditionalExpression one:
                program.Choices.Add(new Choice(whole, Where(one.Test), Where(one.Consequent), Where(one.Alternate)));
                break;
            case CallExpression one:
                AddCall(one, whole);
                break;
            case MemberExpression { Computed: true } one:
                bool written = parent is AssignmentExpression { Left: var left } && left == node;
                program.Elements.Add(new Element(whole, Where(one.Object), Where(one.Property), written));
                break;
            case MemberExpression { Property: Identifier property } one
                when !(parent is CallExpression { Callee: var callee } && callee == node):
                program.Members.Add(new Member(whole, Where(one.Object), property.Name, Where(property)));
                break;
            case Identifier name when IsRead(node, parent):
                program.Names.Add(new NameUse(name.Name, whole, function));
                break;
        }
    }

    private void AddCall(CallExpression one, Extent whole)
    {
        (Extent? receiver, Node name) = one.Callee is MemberExpression { Computed: false } member
            ? (Where(member.Object), member.Property)
            : ((Extent?)null, one.Callee);
        int open = program.Tokens[program.TokenFrom(one.Callee.End)].Where.Start;
        program.Calls.Add(
            new Call(whole, receiver, name is Identifier id ? id.Name : "", Where(name), open, [.. one.Arguments.Select(Where)])
        );
    }

    private static bool IsRead(Node node, Node parent) =>
        parent switch
        {
            MemberExpression member => member.Computed || member.Object == node,
            Property property => property.Value == node && !property.Shorthand,
            VariableDeclarator declarator => declarator.Init == node,
            AssignmentExpression assignment => assignment.Right == node,
            CallExpression call => call.Callee != node,
            AssignmentPattern pattern => pattern.Right == node,
            IFunction function => function.Body == node,
            MethodDefinition or PropertyDefinition or ArrayPattern or RestElement or CatchClause or LabeledStatement => false,
            ClassDeclaration or ClassExpression or NewExpression or BreakStatement or ContinueStatement => false,
            ImportSpecifier or ImportDefaultSpecifier or ExportSpecifier or UpdateExpression => false,
            _ => true,
        };
}
