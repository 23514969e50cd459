using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ReflectionCoder.Languages.Programs;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>Makes the model of a program from Roslyn's syntax tree.</summary>
internal sealed class CSharpModelBuilder
{
    private readonly CSharpProgram program;
    private readonly CSharpExpressions expressions;

    private CSharpModelBuilder(CSharpProgram program)
    {
        this.program = program;
        expressions = new CSharpExpressions(program);
    }

    /// <summary>Parses a program.</summary>
    /// <exception cref="FormatException">The source can't be read.</exception>
    public static CSharpProgram Read(string source)
    {
        SyntaxTree tree = CSharpParser.Parse(source);
        if (CSharpParser.FirstError(tree) is { } error)
        {
            int line = error.Location.GetLineSpan().StartLinePosition.Line + 1;
            throw new FormatException($"The C# source can't be read: line {line}: {error.Id}: {error.GetMessage(null)}");
        }

        CSharpProgram read = new(source, tree.GetRoot());
        foreach (SyntaxToken token in tree.GetRoot().DescendantTokens().Where(one => one.Span.Length > 0))
        {
            read.Tokens.Add(new CodeToken(CSharpKinds.Of(token), CSharpProgram.Where(token), token.Text));
        }

        CSharpModelBuilder builder = new(read);
        CompilationUnitSyntax unit = (CompilationUnitSyntax)tree.GetRoot();
        builder.Statements(unit.Members.OfType<GlobalStatementSyntax>().Select(one => one.Statement), default);
        foreach (MemberDeclarationSyntax member in unit.Members.Where(one => one is not GlobalStatementSyntax))
        {
            builder.Walk(member, default);
        }

        read.Finish();
        return read;
    }

    private List<Statement> Statements(IEnumerable<StatementSyntax> nodes, Place place)
    {
        List<Statement> statements = [.. nodes.Select(node => Add(node, place))];
        foreach (Statement statement in statements)
        {
            statement.Siblings = statements;
        }

        return statements;
    }

    private Statement Add(StatementSyntax node, Place place)
    {
        Statement statement = new()
        {
            Kind = CSharpKinds.Of(node),
            Whole = Where(node),
            Function = place.Function,
            Owner = place.Owner,
            Breakable = place.Breakable,
            Condition = Part(
                node switch
                {
                    IfStatementSyntax one => one.Condition,
                    WhileStatementSyntax one => one.Condition,
                    DoStatementSyntax one => one.Condition,
                    ForStatementSyntax one => one.Condition,
                    ForEachStatementSyntax one => one.Expression,
                    _ => null,
                }
            ),
            Start = Part((node as ForStatementSyntax)?.Declaration),
            Step = Part((node as ForStatementSyntax)?.Incrementors.FirstOrDefault()),
            Value = Part((node as ReturnStatementSyntax)?.Expression),
        };
        program.Statements.Add(statement);
        Place inside = place with { Statement = statement };
        Place below = inside with { Owner = statement };
        switch (node)
        {
            case BlockSyntax block:
                program.Braces.Add(statement.Whole);
                statement.Children = Statements(block.Statements, inside with { Scope = statement.Whole, Statement = null });
                break;
            case IfStatementSyntax one:
                Walk(one.Condition, inside);
                statement.Body = Add(one.Statement, below);
                statement.Else = one.Else is null ? null : Add(one.Else.Statement, below);
                break;
            case ForStatementSyntax
            or ForEachStatementSyntax
            or WhileStatementSyntax
            or DoStatementSyntax
            or ForEachVariableStatementSyntax:
                if (node is ForEachStatementSyntax each)
                {
                    Variable(each.Identifier, each.Type, statement.Whole, place);
                }

                foreach (SyntaxNode child in node.ChildNodes())
                {
                    if (child is StatementSyntax body)
                    {
                        statement.Body = Add(body, below with { Breakable = statement });
                    }
                    else
                    {
                        Walk(child, inside);
                    }
                }

                break;
            case SwitchStatementSyntax one:
                program.Braces.Add(new Extent(one.OpenBraceToken.SpanStart, one.Span.End));
                Walk(one.Expression, inside);
                foreach (SwitchSectionSyntax section in one.Sections)
                {
                    Statements(section.Statements, below with { Breakable = statement });
                }

                break;
            case LocalDeclarationStatementSyntax { Declaration: var declaration }:
                Declare(declaration, place, declaration.Variables.Count == 1 ? statement : null);
                Children(declaration, inside);
                break;
            case LocalFunctionStatementSyntax function:
                Function(
                    node,
                    function.Identifier.Text,
                    function.ParameterList,
                    (SyntaxNode?)function.Body ?? function.ExpressionBody,
                    place
                );
                break;
            default:
                Children(node, inside);
                break;
        }

        return statement;
    }

    private void Children(SyntaxNode node, Place place)
    {
        foreach (SyntaxNode child in node.ChildNodes())
        {
            if (child is StatementSyntax statement)
            {
                Add(statement, place with { Owner = place.Statement });
            }
            else
            {
                Walk(child, place);
            }
        }
    }

    /// <summary>Adds an expression or another node that is no statement.</summary>
    private void Walk(SyntaxNode node, Place place)
    {
        expressions.Add(node, place.Function, place.Statement);
        switch (node)
        {
            case VariableDeclarationSyntax declaration when place.Statement is not null:
                Declare(declaration, place with { Scope = place.Statement.Whole }, null);
                break;
            case SingleVariableDesignationSyntax one:
                TypeSyntax? type = (one.Parent as DeclarationExpressionSyntax)?.Type ?? (one.Parent as DeclarationPatternSyntax)?.Type;
                Variable(one.Identifier, type, place.Scope ?? new Extent(0, program.Text.Length), place);
                break;
        }

        switch (node)
        {
            case BaseMethodDeclarationSyntax method:
                string name = (method as MethodDeclarationSyntax)?.Identifier.Text ?? "";
                Function(node, name, method.ParameterList, (SyntaxNode?)method.Body ?? method.ExpressionBody, place);
                break;
            case ParenthesizedLambdaExpressionSyntax lambda:
                Function(node, "", lambda.ParameterList, lambda.Body, place);
                break;
            case SimpleLambdaExpressionSyntax lambda:
                Function(node, "", null, lambda.Body, place, lambda.Parameter);
                break;
            default:
                Children(node, place);
                break;
        }
    }

    private void Function(
        SyntaxNode node,
        string name,
        ParameterListSyntax? list,
        SyntaxNode? body,
        Place place,
        params ParameterSyntax[] more
    )
    {
        ParameterSyntax[] parameters = [.. list?.Parameters ?? [], .. more];
        FunctionPart part = new()
        {
            Name = name,
            Whole = Where(node),
            Outer = place.Function,
            ParameterTypes = [.. parameters.Select(one => one.Type?.ToString() ?? "")],
        };
        program.Functions.Add(part);
        Place inside = new(part, null, null, null, part.Whole);
        foreach (ParameterSyntax parameter in parameters)
        {
            Variable(parameter.Identifier, parameter.Type, part.Whole, inside);
        }

        if (body is BlockSyntax block)
        {
            program.Braces.Add(Where(block));
            part.Body = Statements(block.Statements, inside);
        }
        else if (body is not null)
        {
            Walk(body, inside);
        }
    }

    private void Declare(VariableDeclarationSyntax node, Place place, Statement? statement)
    {
        foreach (VariableDeclaratorSyntax one in node.Variables)
        {
            program.Variables.Add(
                new Variable
                {
                    Name = one.Identifier.Text,
                    Type = node.Type.ToString(),
                    Function = place.Function,
                    Scope = place.Scope ?? new Extent(0, program.Text.Length),
                    NameWhere = CSharpProgram.Where(one.Identifier),
                    Declaration = statement,
                    Keyword = Where(node.Type),
                    Value = Part(one.Initializer?.Value),
                }
            );
        }
    }

    private void Variable(SyntaxToken name, TypeSyntax? type, Extent scope, Place place) =>
        program.Variables.Add(
            new Variable
            {
                Name = name.Text,
                Type = type?.ToString() ?? "var",
                Function = place.Function,
                Scope = scope,
                NameWhere = CSharpProgram.Where(name),
            }
        );

    private static Extent Where(SyntaxNode node) => CSharpProgram.Where(node);

    private static Extent? Part(SyntaxNode? node) => node is null ? null : Where(node);

    /// <summary>Where in the tree a node is.</summary>
    private readonly record struct Place(
        FunctionPart? Function,
        Statement? Owner,
        Statement? Breakable,
        Statement? Statement,
        Extent? Scope
    );
}
