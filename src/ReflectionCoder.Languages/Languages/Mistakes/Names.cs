using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.Mistakes;

/// <summary>Wrong names and values of variables.</summary>
internal static class Names
{
    /// <summary>Another variable of the same type.</summary>
    public static IEnumerable<Mistake?> WrongVariable(ProgramModel program)
    {
        foreach (NameUse use in program.Names)
        {
            if (program.VariableAt(use.Name, use.Where.Start) is not { } right)
            {
                continue;
            }

            IEnumerable<Variable> others = program.Variables.Where(one =>
                one.Name != use.Name
                && one.Type == right.Type
                && one.Type != "var"
                && one.Scope.Contains(use.Where)
                && one.NameWhere.End < use.Where.Start
                && one.Declaration?.Whole.Contains(use.Where) != true
                && !program.Statements.Any(loop => loop.Condition?.Contains(use.Where) == true && IsLoopVariable(loop, one))
                && one.Function == use.Function
                && program.VariableAt(one.Name, use.Where.Start) == one
            );
            foreach (string wrong in others.Select(one => one.Name).Distinct().Take(2))
            {
                yield return Mistake.InLine(
                    program,
                    use.Where,
                    wrong,
                    line => $"{line} uses the variable `{wrong}` where `{use.Name}` is needed."
                );
            }
        }
    }

    /// <summary>Whether a for-each loop gives a variable its values, so that its header can't use it.</summary>
    private static bool IsLoopVariable(Statement loop, Variable variable) =>
        loop is { Kind: StatementKind.ForEach, Condition: { } values }
        && loop.Whole.Start < variable.NameWhere.Start
        && variable.NameWhere.End <= values.Start;

    /// <summary>A name with two letters swapped or one left out.</summary>
    public static IEnumerable<Mistake?> Misspelt(ProgramModel program)
    {
        HashSet<string> known = [.. program.Tokens.Where(one => one.Kind != CodeTokenKind.Text).Select(one => one.Text)];
        foreach (NameUse use in program.Names.Where(one => one.Name.Length >= 4))
        {
            if (program.VariableAt(use.Name, use.Where.Start) is null)
            {
                continue;
            }

            string wrong = Swap(use.Name);
            if (wrong != use.Name && !known.Contains(wrong))
            {
                yield return Mistake.InLine(
                    program,
                    use.Where,
                    wrong,
                    line => $"{line} uses the name `{wrong}`, which is not defined: it is a misspelling of `{use.Name}`."
                );
            }
        }
    }

    private static string Swap(string name) => name[^2] == name[^1] ? name[..^1] : $"{name[..^2]}{name[^1]}{name[^2]}";

    /// <summary>A variable that is never declared.</summary>
    public static IEnumerable<Mistake?> MissingDeclaration(ProgramModel program)
    {
        foreach (Variable variable in program.Variables)
        {
            if (
                variable is { Declaration: { Siblings.Count: > 1 } declaration, Value: not null }
                && program.Source.IsOneLine(declaration.Whole)
                && program.Source.FillsItsLines(declaration.Whole)
                && program.Names.Any(use => use.Name == variable.Name && program.VariableAt(use.Name, use.Where.Start) == variable)
            )
            {
                string line = Quote(program.Source[declaration.Whole]);
                yield return new Mistake(
                    [program.Source.Remove(declaration.Whole)],
                    $"The line {line}, which declares `{variable.Name}` and gives it its first value, is missing.",
                    $"I add {line} before its first use."
                );
            }
        }
    }

    /// <summary>A variable with a wrong first value.</summary>
    public static IEnumerable<Mistake?> WrongFirstValue(ProgramModel program)
    {
        foreach (Variable variable in program.Variables)
        {
            if (variable is not { Value: { } value, Declaration: not null, IsReassigned: true })
            {
                continue;
            }

            string right = program.Source[value];
            string? wrong = right switch
            {
                "0" => "1",
                "1" => "0",
                "-Infinity" or "Infinity" or "Number.MAX_SAFE_INTEGER" or "Number.MIN_SAFE_INTEGER" => "0",
                "int.MinValue" or "int.MaxValue" or "long.MinValue" or "long.MaxValue" or "double.MinValue" or "double.MaxValue" => "0",
                "double.NegativeInfinity" or "double.PositiveInfinity" => "0",
                "\"\"" => "\" \"",
                "''" => "' '",
                _ when right.EndsWith("[0]", StringComparison.Ordinal) && variable.Type is "" or "int" => "0",
                _ => null,
            };
            if (wrong is not null)
            {
                yield return Mistake.InLine(
                    program,
                    value,
                    wrong,
                    line => $"{line} gives `{variable.Name}` the wrong first value: it must start with {Quote(right)}."
                );
            }
        }
    }

    /// <summary>An assignment in a block that declares a new variable of the same name.</summary>
    public static Func<ProgramModel, IEnumerable<Mistake?>> Shadowed(string keyword) =>
        program =>
            program
                .Assignments.Where(one => one.Text == "=" && one.Statement is { Owner: not null, Siblings.Count: > 0 })
                .Where(one => program.VariableAt(program.Source[one.Target], one.Target.Start) is { } variable && IsOutside(variable, one))
                .Select(one =>
                {
                    string name = program.Source[one.Target];
                    return Mistake.InLine(
                        program,
                        new Extent(one.Target.Start, one.Target.Start),
                        $"{keyword} ",
                        line => $"{line} declares a new `{name}` inside the block, so the `{name}` outside never gets the value."
                    );
                });

    private static bool IsOutside(Variable variable, Assignment assignment)
    {
        Statement? owner = assignment.Statement!.Owner;
        return owner is not null && !owner.Whole.Contains(variable.NameWhere);
    }
}
