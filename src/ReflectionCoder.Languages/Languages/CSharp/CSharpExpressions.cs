using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.CSharp.CSharpProgram;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>Adds Roslyn's expressions to the model of a program.</summary>
internal sealed class CSharpExpressions(CSharpProgram program)
{
    /// <summary>Adds a node if it is an expression of interest, without the nodes in it.</summary>
    public void Add(SyntaxNode node, FunctionPart? function, Statement? statement)
    {
        switch (node)
        {
            case BinaryExpressionSyntax one when one.OperatorToken.Text is not ("is" or "as"):
                BinaryExpressionSyntax? outer = Unwrap(one.Parent) as BinaryExpressionSyntax;
                program.Binaries.Add(
                    new BinaryOperation(
                        Where(one),
                        Where(one.Left),
                        Where(one.OperatorToken),
                        one.OperatorToken.Text,
                        Where(one.Right),
                        outer?.OperatorToken.Text,
                        outer?.Right.Span.Contains(one.Span) ?? false
                    )
                );
                break;
            case PrefixUnaryExpressionSyntax one when one.OperatorToken.Text == "!":
                program.Negations.Add((Where(one), Where(one.Operand)));
                break;
            case PrefixUnaryExpressionSyntax one when one.OperatorToken.Text is "++" or "--":
                program.Increments.Add((Where(one.OperatorToken), Where(one.Operand)));
                break;
            case PostfixUnaryExpressionSyntax one when one.OperatorToken.Text is "++" or "--":
                program.Increments.Add((Where(one.OperatorToken), Where(one.Operand)));
                break;
            case AssignmentExpressionSyntax one when one.Parent is not InitializerExpressionSyntax:
                program.Assignments.Add(
                    new Assignment(
                        Where(one),
                        Where(one.Left),
                        Where(one.OperatorToken),
                        one.OperatorToken.Text,
                        Where(one.Right),
                        one.Parent is ExpressionStatementSyntax ? statement : null
                    )
                );
                break;
            case ConditionalExpressionSyntax one:
                program.Choices.Add(new Choice(Where(one), Where(one.Condition), Where(one.WhenTrue), Where(one.WhenFalse)));
                break;
            case InvocationExpressionSyntax one:
                AddCall(one);
                break;
            case ElementAccessExpressionSyntax { ArgumentList.Arguments: [var index] } one:
                bool written = one.Parent is AssignmentExpressionSyntax assigned && assigned.Left == one;
                program.Elements.Add(new Element(Where(one), Where(one.Expression), Where(index), written));
                break;
            case MemberAccessExpressionSyntax one when one.Parent is not InvocationExpressionSyntax:
                program.Members.Add(new Member(Where(one), Where(one.Expression), one.Name.Identifier.Text, Where(one.Name)));
                break;
            case IdentifierNameSyntax one when IsRead(one):
                program.Names.Add(new NameUse(one.Identifier.Text, Where(one), function));
                break;
        }
    }

    private void AddCall(InvocationExpressionSyntax one)
    {
        (Extent? receiver, SimpleNameSyntax? name) = one.Expression switch
        {
            MemberAccessExpressionSyntax member => (Where(member.Expression), member.Name),
            SimpleNameSyntax simple => ((Extent?)null, simple),
            _ => (null, null),
        };
        if (name is not null)
        {
            program.Calls.Add(
                new Call(
                    Where(one),
                    receiver,
                    name.Identifier.Text,
                    Where(name.Identifier),
                    one.ArgumentList.SpanStart,
                    [.. one.ArgumentList.Arguments.Select(Where)]
                )
            );
        }
    }

    private static SyntaxNode? Unwrap(SyntaxNode? node) => node is ParenthesizedExpressionSyntax brackets ? Unwrap(brackets.Parent) : node;

    private static bool IsRead(IdentifierNameSyntax node) =>
        node.Parent switch
        {
            MemberAccessExpressionSyntax member => member.Expression == node,
            InvocationExpressionSyntax => false,
            AssignmentExpressionSyntax assignment => assignment.Right == node,
            PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax => false,
            ArgumentSyntax argument => argument.RefKindKeyword.Text.Length == 0,
            NameColonSyntax or NameEqualsSyntax => false,
            ExpressionSyntax => node.Parent
                is not (TypeSyntax or ObjectCreationExpressionSyntax or CastExpressionSyntax { Type: IdentifierNameSyntax }),
            EqualsValueClauseSyntax or ReturnStatementSyntax or IfStatementSyntax or WhileStatementSyntax or ArrowExpressionClauseSyntax =>
                true,
            ForEachStatementSyntax loop => loop.Expression == node,
            InterpolationSyntax => true,
            _ => false,
        };
}
