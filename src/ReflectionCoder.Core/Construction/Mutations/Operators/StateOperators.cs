using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>A variable that never gets its first value.</summary>
internal sealed class MissingInitialisation()
    : MutationOperator(
        "missing-initialisation",
        MutationKind.Raising,
        "leaves out the line that gives a variable its first value",
        isCommon: true
    )
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (Initialisation.IsOne(source, line) && Initialisation.HasSibling(source, line))
            {
                string text = source.Show(line);
                yield return Delete(
                    source,
                    line.Index,
                    line.Index + 1,
                    $"The line `{text}`, which gives `{source.Code[line.First].Text}` its first value, is missing.",
                    $"I add `{text}` before its first use."
                );
            }
        }
    }
}

/// <summary>A variable with a wrong first value.</summary>
internal sealed class WrongInitialValue()
    : MutationOperator("wrong-initial-value", MutationKind.Raising, "starts a variable with a value of another kind or size")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines.Where(line => Initialisation.IsOne(source, line)))
        {
            string right = source.Between(line.First + 2, line.Last);
            string? wrong = right switch
            {
                "[]" => "{}",
                "{}" => "[]",
                "\"\"" => "[]",
                "None" => "0",
                "[\"\"]" => "[]",
                _ => null,
            };
            if (wrong is not null)
            {
                yield return InLine(
                    source,
                    line,
                    Replace(source, line.First + 2, line.Last, wrong),
                    broken => $"`{broken}` gives `{source.Code[line.First].Text}` the wrong first value: it must start with `{right}`."
                );
            }
        }
    }
}

/// <summary>A first value that is set again in every round of a loop.</summary>
internal sealed class InitialisationInLoop()
    : MutationOperator("initialisation-in-loop", MutationKind.Misbehaving, "moves the first value of a variable into the loop")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 0; i + 2 < source.Lines.Count; i++)
        {
            PythonLine line = source.Lines[i];
            PythonLine loop = source.Lines[i + 1];
            if (
                !Initialisation.IsOne(source, line)
                || !source.IsHeader(loop)
                || loop.Indentation != line.Indentation
                || !source.IsAny(loop.First, "for", "while")
            )
            {
                continue;
            }

            PythonLine body = source.Lines[i + 2];
            string text = source.Show(line);
            yield return new Mutation(
                Name,
                [
                    new TextEdit(line.Start, line.End - line.Start, ""),
                    new TextEdit(body.Start, 0, new string(' ', body.Indentation) + text + "\n"),
                ],
                $"`{text}` stands inside the loop, so `{source.Code[line.First].Text}` starts anew in every round "
                    + "and has no value before the first one.",
                $"I move `{text}` in front of the loop."
            );
        }
    }
}

/// <summary>A step of a loop left out.</summary>
internal sealed class RemovedStatement()
    : MutationOperator("removed-statement", MutationKind.Misbehaving, "leaves out a line that updates something")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            bool augments = source
                .Code.Take(line.Last + 1)
                .Skip(line.First)
                .Any(token => token.Depth == 0 && token.Text.Length == 2 && PythonScopes.IsAssignment(token.Text));
            bool calls = source.Is(line.First + 1, ".") && source.Is(line.Last, ")");
            bool assigns = source.Is(line.First + 1, "=");
            bool updates = augments || (source.Code[line.First].Kind == PythonTokenKind.Name && (calls || assigns));
            if (updates && !source.IsHeader(line) && !Initialisation.IsOne(source, line) && Initialisation.HasSibling(source, line))
            {
                string text = source.Show(line);
                PythonLine parent = source.ParentOf(line)!;
                yield return Delete(
                    source,
                    line.Index,
                    line.Index + 1,
                    $"A step is missing under `{source.Show(parent)}`: the line `{text}`.",
                    $"I add the line `{text}`."
                );
            }
        }
    }
}

/// <summary>A list or dictionary that is created once, as a default argument, and shared by all calls.</summary>
internal sealed class MutableDefault()
    : MutationOperator("mutable-default", MutationKind.Misbehaving, "makes a list or dictionary once, as the default of a parameter")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonFunction function in source.Functions)
        {
            if (function.BodyEnd - function.Header.Index < 3)
            {
                continue;
            }

            PythonLine line = source.Lines[function.Header.Index + 1];
            string value = Initialisation.IsOne(source, line) ? source.Between(line.First + 2, line.Last) : "";
            if (value is not ("[]" or "{}"))
            {
                continue;
            }

            string name = source.Code[line.First].Text;
            int close = source.PartnerOf(function.Header.First + 2);
            string separator = function.Parameters.Count == 0 ? "" : ", ";
            yield return new Mutation(
                Name,
                [
                    new TextEdit(source.Code[close].Start, 0, $"{separator}{name}={value}"),
                    new TextEdit(line.Start, line.End - line.Start, ""),
                ],
                $"The default `{name}={value}` is made only once, so `{name}` still holds the values of earlier calls.",
                $"I start the function with `{name} = {value}` instead."
            );
        }
    }
}

/// <summary>Lines that give a variable its first value.</summary>
internal static class Initialisation
{
    /// <summary>Whether a line of a function assigns a plain value to a name that later lines use.</summary>
    public static bool IsOne(PythonSource source, PythonLine line)
    {
        if (
            source.FunctionOf(line) is not { } function
            || source.Code[line.First].Kind != PythonTokenKind.Name
            || !source.Is(line.First + 1, "=")
            || line.Last - line.First is < 2 or > 4
        )
        {
            return false;
        }

        string name = source.Code[line.First].Text;
        string value = source.Between(line.First + 2, line.Last);
        PythonToken token = source.Code[line.First + 2];
        bool plain =
            value is "[]" or "{}" or "None" or "True" or "False" or "-1" or "[\"\"]"
            || (line.Last == line.First + 2 && token.Kind is PythonTokenKind.Number or PythonTokenKind.Text);
        bool first =
            !function.Parameters.Contains(name)
            && !source.Code.Take(line.First).Skip(function.Header.First).Any(other => other.Text == name);
        return plain && first;
    }

    /// <summary>Whether the block keeps a statement without the line.</summary>
    public static bool HasSibling(PythonSource source, PythonLine line) => source.StatementsBeside(line).Any();
}
