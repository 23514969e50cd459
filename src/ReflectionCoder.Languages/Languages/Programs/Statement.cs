namespace ReflectionCoder.Languages.Programs;

/// <summary>What a statement is.</summary>
internal enum StatementKind
{
    Other,
    Expression,
    Declaration,
    Return,
    If,
    For,
    ForEach,
    While,
    Break,
    Continue,
    Block,
    Function,
}

/// <summary>A statement.</summary>
internal sealed class Statement
{
    public required StatementKind Kind { get; init; }

    public required Extent Whole { get; init; }

    public FunctionPart? Function { get; init; }

    /// <summary>The if, loop or other statement whose body or branch this statement is or stands in; null directly in a function.</summary>
    public Statement? Owner { get; init; }

    /// <summary>The loop or switch that a break would leave.</summary>
    public Statement? Breakable { get; init; }

    /// <summary>The statements of its block, itself included; empty if it stands alone as the body of another.</summary>
    public IReadOnlyList<Statement> Siblings { get; set; } = [];

    /// <summary>The condition of an if or loop; what a for-each loop goes through.</summary>
    public Extent? Condition { get; init; }

    /// <summary>The first part of a for loop's header.</summary>
    public Extent? Start { get; init; }

    /// <summary>The last part of a for loop's header.</summary>
    public Extent? Step { get; init; }

    /// <summary>What a return gives back.</summary>
    public Extent? Value { get; init; }

    /// <summary>The body of a loop or the branch that an if takes.</summary>
    public Statement? Body { get; set; }

    /// <summary>The other branch of an if.</summary>
    public Statement? Else { get; set; }

    /// <summary>The statements of a block.</summary>
    public IReadOnlyList<Statement> Children { get; set; } = [];

    public bool IsLoop => Kind is StatementKind.For or StatementKind.ForEach or StatementKind.While;

    /// <summary>The statements of a body, whether it has braces or not.</summary>
    public IReadOnlyList<Statement> BodyStatements =>
        Body is null ? []
        : Body.Kind == StatementKind.Block ? Body.Children
        : [Body];
}
