namespace ReflectionCoder.Languages.Programs;

/// <summary>What a token is.</summary>
internal enum CodeTokenKind
{
    Other,
    Name,
    Keyword,
    Number,
    Text,
}

/// <summary>A token of a program.</summary>
internal sealed record CodeToken(CodeTokenKind Kind, Extent Where, string Text);

/// <summary>An operator with two operands.</summary>
/// <param name="Whole">All of it, without brackets around it.</param>
/// <param name="Left">The left operand.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Text">The operator's text.</param>
/// <param name="Right">The right operand.</param>
/// <param name="Outer">The operator of which it is an operand; null if it is none's.</param>
/// <param name="IsRight">Whether it is the right operand of that one.</param>
internal sealed record BinaryOperation(Extent Whole, Extent Left, Extent Operator, string Text, Extent Right, string? Outer, bool IsRight);

/// <summary>An assignment, plain or with an operator.</summary>
internal sealed record Assignment(Extent Whole, Extent Target, Extent Operator, string Text, Extent Value, Statement? Statement);

/// <summary>A conditional expression, <c>a ? b : c</c>.</summary>
internal sealed record Choice(Extent Whole, Extent Condition, Extent Then, Extent Else);

/// <summary>A call.</summary>
/// <param name="Whole">All of it.</param>
/// <param name="Receiver">What stands before the point; null if there is none.</param>
/// <param name="Name">The name of what is called.</param>
/// <param name="NameWhere">Where the name stands, type arguments not included.</param>
/// <param name="Open">Where the opening bracket starts.</param>
/// <param name="Arguments">The arguments.</param>
internal sealed record Call(Extent Whole, Extent? Receiver, string Name, Extent NameWhere, int Open, IReadOnlyList<Extent> Arguments);

/// <summary>A member of an object that is read, not called.</summary>
internal sealed record Member(Extent Whole, Extent Receiver, string Name, Extent NameWhere);

/// <summary>An element taken by its index.</summary>
internal sealed record Element(Extent Whole, Extent Receiver, Extent Index, bool IsWritten);

/// <summary>A name where a variable is read.</summary>
internal sealed record NameUse(string Name, Extent Where, FunctionPart? Function);

/// <summary>A function or method.</summary>
internal sealed class FunctionPart
{
    public required string Name { get; init; }

    public required Extent Whole { get; init; }

    public FunctionPart? Outer { get; init; }

    /// <summary>The types of the parameters, empty texts where the language has none.</summary>
    public IReadOnlyList<string> ParameterTypes { get; init; } = [];

    public bool IsRecursive { get; set; }

    /// <summary>The statements directly in the body; empty for a body that is an expression.</summary>
    public IReadOnlyList<Statement> Body { get; set; } = [];
}

/// <summary>A variable or parameter.</summary>
internal sealed class Variable
{
    public required string Name { get; init; }

    /// <summary>The type as written, the empty text where the language has none.</summary>
    public string Type { get; init; } = "";

    public FunctionPart? Function { get; init; }

    /// <summary>The part of the source in which it is known.</summary>
    public required Extent Scope { get; init; }

    /// <summary>Where its name is declared.</summary>
    public required Extent NameWhere { get; init; }

    /// <summary>The statement that declares it and nothing else; null for parameters and the like.</summary>
    public Statement? Declaration { get; init; }

    /// <summary>The word or type that starts the declaration.</summary>
    public Extent? Keyword { get; init; }

    /// <summary>The first value.</summary>
    public Extent? Value { get; init; }

    public bool IsReassigned { get; set; }
}
