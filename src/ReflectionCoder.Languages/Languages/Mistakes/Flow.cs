using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.Mistakes;

/// <summary>Statements left out or at the wrong place.</summary>
internal static class Flow
{
    /// <summary>A value computed but not returned.</summary>
    public static IEnumerable<Mistake?> DroppedReturn(ProgramModel program)
    {
        foreach (Statement statement in program.Statements)
        {
            if (statement is { Kind: StatementKind.Return, Value: { } value } && program.Text[value.Start] is not ('{' or '('))
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(statement.Whole.Start, value.Start),
                    "",
                    line => $"The line {line} has a value but does not return it: `return` is missing."
                );
            }
        }
    }

    /// <summary>A value printed where it should be returned.</summary>
    /// <param name="print">The function that prints.</param>
    public static Func<ProgramModel, IEnumerable<Mistake?>> Printed(string print) =>
        program =>
            program
                .Statements.Where(one => one is { Kind: StatementKind.Return, Value: not null, Function.IsRecursive: false })
                .Where(one => program.Source.IsOneLine(one.Whole))
                .Select(one =>
                    Mistake.InLine(
                        program,
                        one.Whole,
                        $"{print}({program.Source[one.Value!.Value]});",
                        line => $"{line} only shows the value; `return` is needed to give it back."
                    )
                );

    /// <summary>A return at the end of a loop's body that belongs behind the loop.</summary>
    /// <param name="moves">Whether the right one is taken away. Where a compiler wants one at the end, it stays.</param>
    public static Func<ProgramModel, IEnumerable<Mistake?>> EarlyReturn(bool moves) => program => EarlyReturns(program, moves);

    private static IEnumerable<Mistake?> EarlyReturns(ProgramModel program, bool moves)
    {
        SourceLines source = program.Source;
        foreach (Statement statement in program.Statements)
        {
            int index = IndexOf(statement);
            Statement? loop = index > 0 ? statement.Siblings[index - 1] : null;
            if (
                statement is not { Kind: StatementKind.Return, Value: not null }
                || loop is not { IsLoop: true, Body: { Kind: StatementKind.Block, Children.Count: > 0 } body }
                || !source.FillsItsLines(statement.Whole)
                || !source.IsOneLine(statement.Whole)
                || !source.FillsItsLines(body.Children[^1].Whole)
                || body.Children[^1].Kind is StatementKind.Return or StatementKind.Break or StatementKind.Continue
                || Declares(program, body, statement)
            )
            {
                continue;
            }

            Statement last = body.Children[^1];
            string text = source[statement.Whole];
            TextEdit insert = new(last.Whole.End, 0, $"\n{source.Indentation(last.Whole.Start)}{text}");
            TextEdit[] edits = moves ? [insert, source.Remove(statement.Whole)] : [insert];
            string header = Quote(source.Show(loop.Whole.Start));
            string effect = moves
                ? "so the function ends before the loop is done, or does not come to it if the loop has no round"
                : "so the function ends before the loop is done, unless the loop has no round";
            string repair = moves ? $"I move {Quote(text)} behind the loop." : $"I take {Quote(text)} out of the loop.";
            yield return new Mistake(edits, $"{Quote(text)} stands at the end of the body of {header}, {effect}.", repair);
        }
    }

    private static bool Declares(ProgramModel program, Statement body, Statement statement) =>
        program.Variables.Any(one =>
            body.Whole.Contains(one.NameWhere) && program.TokensIn(statement.Whole).Any(token => token.Text == one.Name)
        );

    /// <summary>A short if, with what belongs to it, or an else left out.</summary>
    public static IEnumerable<Mistake?> RemovedBranch(ProgramModel program) =>
        program
            .Statements.Where(one => one.Kind == StatementKind.If && !IsBaseCase(program, one))
            .Select(one => WithoutBranch(program, one));

    private static Mistake? WithoutBranch(ProgramModel program, Statement statement)
    {
        SourceLines source = program.Source;
        string header = Quote(source.Show(statement.Whole.Start));
        if (statement is { Else: null, Siblings.Count: > 1 } && IsShort(source, statement) && statement.BodyStatements is [var only])
        {
            bool sameLine = source.LineAt(only.Whole.Start) == source.LineAt(statement.Whole.Start);
            string body = sameLine ? "" : $" with {Quote(source.Show(only.Whole.Start))}";
            return new Mistake(
                [source.Remove(statement.Whole)],
                $"One case is not treated: the branch {header}{body} is missing.",
                $"I add the branch {header}."
            );
        }

        if (statement is { Else: { Kind: StatementKind.Block, Children: [var inner] } otherwise, Body: { Kind: StatementKind.Block } then })
        {
            string body = Quote(source.Show(inner.Whole.Start));
            return source.IsOneLine(inner.Whole) && source.LineAt(then.Whole.End) != source.LineAt(inner.Whole.Start)
                ? new Mistake(
                    [new TextEdit(then.Whole.End, otherwise.Whole.End - then.Whole.End, "")],
                    $"Nothing is done when the condition of {header} does not hold: the `else` branch with {body} is missing.",
                    $"I add the `else` branch with {body}."
                )
                : null;
        }

        return null;
    }

    /// <summary>A recursion without its base case.</summary>
    public static IEnumerable<Mistake?> MissingBaseCase(ProgramModel program)
    {
        SourceLines source = program.Source;
        foreach (Statement statement in program.Statements.Where(one => IsBaseCase(program, one)))
        {
            if (statement is { Else: null, Siblings.Count: > 1 } && IsShort(source, statement))
            {
                yield return new Mistake(
                    [source.Remove(statement.Whole)],
                    $"`{statement.Function!.Name}` calls itself, but its base case {Quote(source.Show(statement.Whole.Start))} is missing, "
                        + "so the recursion does not stop where it should.",
                    $"I add the base case {Quote(source.Show(statement.Whole.Start))}."
                );
            }
        }
    }

    private static bool IsBaseCase(ProgramModel program, Statement statement) =>
        statement is { Kind: StatementKind.If, Owner: null, Function: { IsRecursive: true } function }
        && statement.BodyStatements is [{ Kind: StatementKind.Return } only]
        && !program.Calls.Any(call => call.Name == function.Name && only.Whole.Contains(call.Whole));

    private static bool IsShort(SourceLines source, Statement statement) =>
        source.FillsItsLines(statement.Whole) && source.LineAt(statement.Whole.End) - source.LineAt(statement.Whole.Start) <= 3;

    /// <summary>break for continue, and the other way round.</summary>
    public static IEnumerable<Mistake?> LoopExit(ProgramModel program)
    {
        foreach (Statement statement in program.Statements)
        {
            if (statement is { Kind: StatementKind.Break, Breakable.IsLoop: true })
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(statement.Whole.Start, statement.Whole.Start + 5),
                    "continue",
                    line => $"{line} goes on with the next round, but the loop must end there, which is `break`."
                );
            }
            else if (statement is { Kind: StatementKind.Continue, Breakable.IsLoop: true })
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(statement.Whole.Start, statement.Whole.Start + 8),
                    "break",
                    line => $"{line} ends the whole loop, but only the rest of the round must be left out, which is `continue`."
                );
            }
        }
    }

    /// <summary>A step left out.</summary>
    public static IEnumerable<Mistake?> RemovedStatement(ProgramModel program)
    {
        SourceLines source = program.Source;
        foreach (Statement statement in program.Statements)
        {
            bool step = statement is { Kind: StatementKind.Expression or StatementKind.Continue, Siblings.Count: > 1 };
            if (
                step
                && !KeepsLoopGoing(program, statement)
                && source.IsOneLine(statement.Whole)
                && source.FillsItsLines(statement.Whole)
                && statement.Function is { } function
            )
            {
                string line = Quote(source[statement.Whole]);
                string place =
                    statement.Owner is { } owner ? $"under {Quote(source.Show(owner.Whole.Start))}"
                    : function.Name.Length > 0 ? $"in `{function.Name}`"
                    : "in the function";
                yield return new Mistake(
                    [source.Remove(statement.Whole)],
                    $"A step is missing {place}: the line {line}.",
                    $"I add the line {line}."
                );
            }
        }
    }

    private static bool KeepsLoopGoing(ProgramModel program, Statement statement) =>
        program.Increments.Any(one => statement.Whole.Contains(one.Target) && program.DrivesLoop(one.Target))
        || program.Assignments.Any(one => statement.Whole.Contains(one.Whole) && program.DrivesLoop(one.Target));

    /// <summary>A first value that is set again in every round of a loop.</summary>
    public static Func<ProgramModel, IEnumerable<Mistake?>> ResetInLoop() =>
        program =>
            from variable in program.Variables
            where variable is { Declaration: not null, Value: not null, IsReassigned: true, Keyword: not null }
            let declaration = variable.Declaration!
            let index = IndexOf(declaration)
            where index >= 0 && index + 1 < declaration.Siblings.Count
            let loop = declaration.Siblings.Skip(index + 1).FirstOrDefault(one => one.IsLoop)
            where loop is not null && loop.Body is { Kind: StatementKind.Block, Children.Count: > 0 }
            let first = loop.Body!.Children[0]
            where program.Source.FillsItsLines(first.Whole) || program.Source.IsOneLine(first.Whole)
            where IsPlain(program, variable) && Changes(program, variable, loop.Body!.Whole) && !InHeader(program, variable, loop)
            let text = $"{variable.Name} = {program.Source[variable.Value!.Value]};"
            select new Mistake(
                [new TextEdit(first.Whole.Start, 0, $"{text}\n{program.Source.Indentation(first.Whole.Start)}")],
                $"{Quote(text)} stands inside the loop {Quote(program.Source.Show(loop.Whole.Start))}, so "
                    + $"`{variable.Name}` starts anew in every round.",
                $"I take {Quote(text)} out of the loop: the first value is set in front of it."
            );

    private static bool IsPlain(ProgramModel program, Variable variable) =>
        program.TokensIn(variable.Value!.Value).ToList() is [{ Kind: CodeTokenKind.Number or CodeTokenKind.Text }]
        || program.Source[variable.Value.Value] is "true" or "false";

    private static bool Changes(ProgramModel program, Variable variable, Extent body) =>
        program.Assignments.Any(one => one.Text != "=" && body.Contains(one.Whole) && program.Source[one.Target] == variable.Name)
        || program.Increments.Any(one => body.Contains(one.Target) && program.Source[one.Target] == variable.Name);

    private static bool InHeader(ProgramModel program, Variable variable, Statement loop) =>
        program.TokensIn(new Extent(loop.Whole.Start, loop.Body!.Whole.Start)).Any(token => token.Text == variable.Name);

    private static int IndexOf(Statement statement)
    {
        for (int i = 0; i < statement.Siblings.Count; i++)
        {
            if (statement.Siblings[i] == statement)
            {
                return i;
            }
        }

        return -1;
    }
}
