namespace ReflectionCoder.Languages.Programs;

/// <summary>What a program consists of, in the order of the source, whatever its language. The mistakes are looked for in it.</summary>
internal class ProgramModel(string text)
{
    public SourceLines Source { get; } = new(text);

    public string Text => Source.Text;

    public List<CodeToken> Tokens { get; } = [];

    public List<BinaryOperation> Binaries { get; } = [];

    /// <summary>Operands that stand behind a not.</summary>
    public List<(Extent Whole, Extent Operand)> Negations { get; } = [];

    public List<Assignment> Assignments { get; } = [];

    /// <summary>The operators of increments and decrements, with what they change.</summary>
    public List<(Extent Operator, Extent Target)> Increments { get; } = [];

    public List<Choice> Choices { get; } = [];

    public List<Call> Calls { get; } = [];

    public List<Member> Members { get; } = [];

    public List<Element> Elements { get; } = [];

    public List<NameUse> Names { get; } = [];

    public List<Variable> Variables { get; } = [];

    public List<FunctionPart> Functions { get; } = [];

    public List<Statement> Statements { get; } = [];

    /// <summary>The blocks' braces: where the block starts and ends.</summary>
    public List<Extent> Braces { get; } = [];

    /// <summary>Index of the first token at or behind a position.</summary>
    public int TokenFrom(int position)
    {
        int low = 0,
            high = Tokens.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Tokens[middle].Where.Start < position ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The operator between two operands: the first token behind the left one that isn't a closing bracket.</summary>
    public CodeToken OperatorAfter(Extent left)
    {
        int i = TokenFrom(left.End);
        while (Tokens[i].Text == ")")
        {
            i++;
        }

        return Tokens[i];
    }

    /// <summary>The pair of brackets right around a part; null if there is none.</summary>
    public (Extent Open, Extent Close)? BracketsAround(Extent part)
    {
        int before = TokenFrom(part.Start) - 1;
        int after = TokenFrom(part.End);
        return before >= 0 && after < Tokens.Count && Tokens[before].Text == "(" && Tokens[after].Text == ")"
            ? (Tokens[before].Where, Tokens[after].Where)
            : null;
    }

    /// <summary>The tokens within a part.</summary>
    public IEnumerable<CodeToken> TokensIn(Extent part) =>
        Tokens.Skip(TokenFrom(part.Start)).TakeWhile(token => token.Where.End <= part.End);

    /// <summary>The variable that a name means at a place: the one known there whose scope is smallest.</summary>
    public Variable? VariableAt(string name, int position) =>
        Variables.Where(one => one.Name == name && one.Scope.Start <= position && position <= one.Scope.End).MinBy(one => one.Scope.Length);

    /// <summary>
    /// Whether a variable that changes at a place decides when a loop around the place ends; without the
    /// change, it may not.
    /// </summary>
    public bool DrivesLoop(Extent target) =>
        Statements.Any(loop =>
            loop.IsLoop
            && loop.Kind != StatementKind.ForEach
            && loop.Whole.Contains(target)
            && loop.Condition is { } condition
            && TokensIn(condition).Any(token => token.Text == Source[target])
        );

    /// <summary>Notes which variables change after their declaration, and which functions call themselves.</summary>
    public void Finish()
    {
        IEnumerable<Extent> targets = Assignments.Select(one => one.Target).Concat(Increments.Select(one => one.Target));
        foreach (Extent target in targets)
        {
            if (VariableAt(Source[target], target.Start) is { } variable)
            {
                variable.IsReassigned = true;
            }
        }

        foreach (FunctionPart function in Functions.Where(one => one.Name.Length > 0))
        {
            function.IsRecursive = Calls.Any(call => call.Name == function.Name && function.Whole.Contains(call.Whole));
        }
    }
}
