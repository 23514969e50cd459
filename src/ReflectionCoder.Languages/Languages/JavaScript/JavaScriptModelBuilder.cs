using Acornima;
using Acornima.Ast;
using ReflectionCoder.Languages.Programs;
using Statement = ReflectionCoder.Languages.Programs.Statement;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Makes the model of a program from Acornima's syntax tree.</summary>
internal sealed class JavaScriptModelBuilder
{
    private readonly JavaScriptProgram program;
    private readonly JavaScriptExpressions expressions;

    private JavaScriptModelBuilder(JavaScriptProgram program)
    {
        this.program = program;
        expressions = new JavaScriptExpressions(program);
    }

    /// <summary>Parses a program.</summary>
    /// <exception cref="FormatException">The source can't be read.</exception>
    public static JavaScriptProgram Read(string source)
    {
        JavaScriptProgram read = new(source);
        try
        {
            Acornima.Ast.Program tree = JavaScriptParser.Parse(source, read.Tokens);
            new JavaScriptModelBuilder(read).Statements(tree.Body, default);
            read.Finish();
            return read;
        }
        catch (ParseErrorException e)
        {
            throw new FormatException($"The JavaScript source can't be read: line {e.LineNumber}, column {e.Column}: {e.Description}", e);
        }
    }

    private List<Statement> Statements(in NodeList<Acornima.Ast.Statement> nodes, Place place)
    {
        List<Statement> statements = [];
        foreach (Acornima.Ast.Statement node in nodes)
        {
            statements.Add(Add(node, place));
        }

        foreach (Statement statement in statements)
        {
            statement.Siblings = statements;
        }

        return statements;
    }

    private Statement Add(Acornima.Ast.Statement node, Place place)
    {
        program.Nodes.Add(node);
        if (place.Node is not null)
        {
            program.Parents[node] = place.Node;
        }

        Statement statement = new()
        {
            Kind = KindOf(node),
            Whole = JavaScriptProgram.Where(node),
            Function = place.Function,
            Owner = place.Owner,
            Breakable = place.Breakable,
            Condition = Part(
                node switch
                {
                    IfStatement one => one.Test,
                    WhileStatement one => one.Test,
                    DoWhileStatement one => one.Test,
                    ForStatement one => one.Test,
                    ForOfStatement one => one.Right,
                    ForInStatement one => one.Right,
                    _ => null,
                }
            ),
            Start = Part((node as ForStatement)?.Init),
            Step = Part((node as ForStatement)?.Update),
            Value = Part((node as ReturnStatement)?.Argument),
        };
        program.Statements.Add(statement);
        Place inside = place with { Node = node, Statement = statement };
        Place below = inside with { Owner = statement };
        switch (node)
        {
            case BlockStatement block:
                program.Braces.Add(statement.Whole);
                statement.Children = Statements(block.Body, inside with { Scope = statement.Whole, Statement = null });
                break;
            case IfStatement one:
                Walk(one.Test, inside);
                statement.Body = Add(one.Consequent, below);
                statement.Else = one.Alternate is null ? null : Add(one.Alternate, below);
                break;
            case ForStatement or ForOfStatement or ForInStatement or WhileStatement or DoWhileStatement:
                below = below with { Breakable = statement };
                foreach (Node child in node.ChildNodes)
                {
                    if (child is Acornima.Ast.Statement body and not VariableDeclaration)
                    {
                        statement.Body = Add(body, below);
                    }
                    else
                    {
                        Walk(child, inside);
                    }
                }

                break;
            case SwitchStatement one:
                program.Braces.Add(new Extent(program.OperatorAfter(JavaScriptProgram.Where(one.Discriminant)).Where.Start, node.End));
                below = below with { Breakable = statement };
                Walk(one.Discriminant, inside);
                foreach (SwitchCase choice in one.Cases)
                {
                    if (choice.Test is not null)
                    {
                        Walk(choice.Test, inside);
                    }

                    Statements(choice.Consequent, below);
                }

                break;
            case FunctionDeclaration function:
                Function(function, function, function.Id?.Name ?? "", inside);
                break;
            case VariableDeclaration declaration:
                Declare(declaration, place, statement);
                Children(node, inside);
                break;
            default:
                Children(node, inside);
                break;
        }

        return statement;
    }

    private void Children(Node node, Place place)
    {
        foreach (Node child in node.ChildNodes)
        {
            if (child is Acornima.Ast.Statement statement)
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
    private void Walk(Node node, Place place)
    {
        if (node is VariableDeclaration declaration)
        {
            // In the header of a loop.
            program.Nodes.Add(node);
            program.Parents[node] = place.Node!;
            Declare(declaration, place, null);
            Children(node, place with { Node = node });
            return;
        }

        program.Nodes.Add(node);
        program.Parents[node] = place.Node!;
        expressions.Add(node, place.Node!, place.Function, place.Statement);
        if (node is IFunction function)
        {
            Function(function, node, NameOf(function, place.Node!), place with { Node = node });
        }
        else
        {
            Children(node, place with { Node = node });
        }
    }

    private void Function(IFunction function, Node node, string name, Place place)
    {
        FunctionPart part = new()
        {
            Name = name,
            Whole = JavaScriptProgram.Where(node),
            Outer = place.Function,
            ParameterTypes = [.. function.Params.Select(_ => "")],
        };
        program.Functions.Add(part);
        Place inside = new(node, part, null, null, null, part.Whole);
        foreach (Node parameter in function.Params)
        {
            Identifier? id = parameter as Identifier ?? (parameter as AssignmentPattern)?.Left as Identifier;
            if (id is not null)
            {
                program.Variables.Add(
                    new Variable
                    {
                        Name = id.Name,
                        Function = part,
                        Scope = part.Whole,
                        NameWhere = Where(id),
                    }
                );
            }

            Walk(parameter, inside);
        }

        if (function.Body is BlockStatement body)
        {
            program.Nodes.Add(body);
            program.Parents[body] = node;
            program.Braces.Add(Where(body));
            part.Body = Statements(body.Body, inside with { Node = body });
        }
        else
        {
            Walk(function.Body, inside);
        }
    }

    private void Declare(VariableDeclaration node, Place place, Statement? statement)
    {
        Extent scope =
            statement is null && place.Statement is not null ? place.Statement.Whole : place.Scope ?? new Extent(0, program.Text.Length);
        foreach (VariableDeclarator one in node.Declarations)
        {
            foreach (Identifier id in Declared(one.Id))
            {
                program.Variables.Add(
                    new Variable
                    {
                        Name = id.Name,
                        Function = place.Function,
                        Scope = scope,
                        NameWhere = Where(id),
                        Declaration = node.Declarations.Count == 1 && one.Id is Identifier ? statement : null,
                        Keyword = new Extent(node.Start, node.Start + (node.Kind == VariableDeclarationKind.Const ? 5 : 3)),
                        Value = one.Id is Identifier ? Part(one.Init) : null,
                    }
                );
            }
        }
    }

    private static IEnumerable<Identifier> Declared(Node pattern) =>
        pattern is Identifier id ? [id]
        : pattern is ArrayPattern array ? array.Elements.OfType<Identifier>()
        : [];

    private static string NameOf(IFunction function, Node parent) =>
        function.Id?.Name
        ?? parent switch
        {
            VariableDeclarator { Id: Identifier id } => id.Name,
            MethodDefinition { Key: Identifier key } => key.Name,
            Property { Key: Identifier key } => key.Name,
            AssignmentExpression { Left: MemberExpression { Property: Identifier key } } => key.Name,
            _ => "",
        };

    private static StatementKind KindOf(Node node) =>
        node switch
        {
            ExpressionStatement => StatementKind.Expression,
            VariableDeclaration => StatementKind.Declaration,
            ReturnStatement => StatementKind.Return,
            IfStatement => StatementKind.If,
            ForStatement => StatementKind.For,
            ForOfStatement or ForInStatement => StatementKind.ForEach,
            WhileStatement or DoWhileStatement => StatementKind.While,
            BreakStatement => StatementKind.Break,
            ContinueStatement => StatementKind.Continue,
            BlockStatement => StatementKind.Block,
            FunctionDeclaration => StatementKind.Function,
            _ => StatementKind.Other,
        };

    private static Extent Where(Node node) => JavaScriptProgram.Where(node);

    private static Extent? Part(Node? node) => node is null ? null : Where(node);

    /// <summary>Where in the tree a node is.</summary>
    private readonly record struct Place(
        Node? Node,
        FunctionPart? Function,
        Statement? Owner,
        Statement? Breakable,
        Statement? Statement,
        Extent? Scope
    );
}
