using ReflectionCoder.Construction.Mutations.Operators;

namespace ReflectionCoder.Construction.Mutations;

/// <summary>The operators that come with the library.</summary>
internal static class MutationOperators
{
    /// <summary>All of them, in a fixed order.</summary>
    public static IReadOnlyList<IMutationOperator> All { get; } =
    [
        new ComparisonBoundary(),
        new ComparisonDirection(),
        new EqualitySwap(),
        new MembershipSwap(),
        new AssignmentInCondition(),
        new ArithmeticSwap(),
        new DivisionKind(),
        new AugmentedAssignment(),
        new OffByOneConstant(),
        new DroppedGrouping(),
        new RangeBound(),
        new IndexShift(),
        new WrongSlice(),
        new BooleanSwap(),
        new DroppedNot(),
        new NegatedCondition(),
        new TruthSwap(),
        new OppositeFunction(),
        new WrongVariable(),
        new MisspeltName(),
        new WrongBuiltin(),
        new WrongMethod(),
        new MissingImport(),
        new SwappedArguments(),
        new MissingConversion(),
        new DroppedCall(),
        new MissingCallBrackets(),
        new DroppedKeywordArgument(),
        new UnsafeLookup(),
        new AssignedNone(),
        new MissingColon(),
        new UnclosedBracket(),
        new UnclosedString(),
        new MissingComma(),
        new StrayIndentation(),
        new LostIndentation(),
        new DroppedReturn(),
        new PrintForReturn(),
        new EarlyReturn(),
        new RemovedBranch(),
        new MissingBaseCase(),
        new SplitElif(),
        new LoopExitSwap(),
        new MissingInitialisation(),
        new WrongInitialValue(),
        new InitialisationInLoop(),
        new RemovedStatement(),
        new MutableDefault(),
    ];
}
