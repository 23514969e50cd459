using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.Mistakes;

/// <summary>Wrong calls. Which functions have opposites and the like depends on the language.</summary>
internal static class Calling
{
    /// <summary>Methods that change what they are called on.</summary>
    private static readonly HashSet<string> InPlace =
    [
        "reverse",
        "sort",
        "splice",
        "fill",
        "push",
        "pop",
        "shift",
        "unshift",
        "add",
        "set",
    ];

    /// <summary>Two neighbouring arguments in the wrong order.</summary>
    /// <param name="canSwap">Whether the arguments at an index and behind it may be swapped.</param>
    public static Func<ProgramModel, IEnumerable<Mistake?>> SwappedArguments(Func<ProgramModel, Call, int, bool> canSwap) =>
        program =>
            from call in program.Calls
            from i in Enumerable.Range(0, Math.Max(0, call.Arguments.Count - 1))
            where canSwap(program, call, i)
            let first = program.Source[call.Arguments[i]]
            let second = program.Source[call.Arguments[i + 1]]
            where first != second
            select Mistake.InLine(
                program,
                [SourceLines.Replace(call.Arguments[i], second), SourceLines.Replace(call.Arguments[i + 1], first)],
                line => $"{line} passes {Quote(second)} and {Quote(first)} to `{call.Name}` in the wrong order."
            );

    /// <summary>A function that does the opposite.</summary>
    /// <param name="opposites">The names and their opposites.</param>
    public static Func<ProgramModel, IEnumerable<Mistake?>> Opposite(IReadOnlyDictionary<string, string> opposites) =>
        program =>
            program
                .Calls.Where(call => call.Receiver is not null && opposites.ContainsKey(call.Name))
                .Select(call =>
                {
                    string wrong = opposites[call.Name];
                    return Mistake.InLine(program, call.NameWhere, wrong, line => $"{line} calls `{wrong}` where `{call.Name}` is needed.");
                });

    /// <summary>A method that another language has.</summary>
    /// <param name="names">The right names and the wrong ones.</param>
    public static Func<ProgramModel, IEnumerable<Mistake?>> UnknownMethod(IReadOnlyDictionary<string, string> names) =>
        program =>
            program
                .Calls.Where(call => call.Receiver is not null && names.ContainsKey(call.Name))
                .Where(call => program.Functions.All(function => function.Name != call.Name))
                .Select(call =>
                {
                    string wrong = names[call.Name];
                    return Mistake.InLine(
                        program,
                        call.NameWhere,
                        wrong,
                        line => $"{line} calls the method `{wrong}`, which does not exist; it is called `{call.Name}`."
                    );
                });

    /// <summary>A method call in a chain left out.</summary>
    /// <param name="methods">The methods that leave a value of the same type.</param>
    public static Func<ProgramModel, IEnumerable<Mistake?>> DroppedCall(IReadOnlySet<string> methods) =>
        program =>
            program
                .Calls.Where(call => call.Receiver is not null && methods.Contains(call.Name))
                .Select(call =>
                {
                    Extent part = new(call.Receiver!.Value.End, call.Whole.End);
                    string receiver = program.Source[call.Receiver.Value];
                    string dropped = program.Source[part].Trim();
                    bool short_ = program.Source.IsOneLine(call.Whole);
                    return short_
                        ? Mistake.InLine(
                            program,
                            part,
                            "",
                            line => $"{line} takes {Quote(receiver)} as it is: {Quote(dropped)} is missing behind it."
                        )
                        : DroppedLine(program, part, dropped);
                });

    /// <summary>A call of a chain on a line of its own.</summary>
    private static Mistake? DroppedLine(ProgramModel program, Extent part, string dropped)
    {
        Extent own = new(part.End - dropped.Length, part.End);
        return program.Source.IsOneLine(own) && program.Source.FillsItsLines(own) && dropped.StartsWith('.')
            ? new Mistake(
                [program.Source.Remove(own)],
                $"A step of the chain of calls is missing: {Quote(dropped)}.",
                $"I add {Quote(dropped)} to the chain."
            )
            : null;
    }

    /// <summary>A function that wraps a value left out.</summary>
    /// <param name="functions">Names with receivers, such as <c>Math.floor</c>, and what is wrong without them.</param>
    public static Func<ProgramModel, IEnumerable<Mistake?>> Unwrapped(IReadOnlyDictionary<string, string> functions) =>
        program =>
            from call in program.Calls
            where call.Arguments.Count == 1
            let name = program.Source[new Extent(call.Whole.Start, call.Open)]
            where functions.ContainsKey(name)
            let argument = program.Source[call.Arguments[0]]
            where !argument.StartsWith("...", StringComparison.Ordinal)
            let atom = program.TokensIn(call.Arguments[0]).Count() == 1 || !program.Binaries.Any(one => one.Whole == call.Arguments[0])
            let operand = program.Binaries.Any(one => one.Left == call.Whole || one.Right == call.Whole)
            let member = call.Whole.End < program.Text.Length && program.Text[call.Whole.End] == '.'
            let wrong = atom || !(operand || member) ? argument : $"({argument})"
            select Mistake.InLine(
                program,
                call.Whole,
                wrong,
                line => $"{line} takes {Quote(argument)} {functions[name]}: `{name}` is missing around it."
            );

    /// <summary>A method that gives a new value, which is not kept.</summary>
    public static IEnumerable<Mistake?> IgnoredResult(ProgramModel program)
    {
        foreach (Assignment one in program.Assignments.Where(one => one.Text == "=" && one.Statement is not null))
        {
            string target = program.Source[one.Target];
            Call? call = program.Calls.FirstOrDefault(call => call.Whole == one.Value);
            if (call is { Receiver: { } receiver } && program.Source[receiver] == target && !InPlace.Contains(call.Name))
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(one.Target.Start, one.Value.Start),
                    "",
                    line => $"{line} does not change `{target}`: `{call.Name}` gives a new value, which is not kept."
                );
            }
        }
    }
}
