using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>A result computed but not returned.</summary>
internal sealed class DroppedReturn() : MutationOperator("dropped-return", MutationKind.Misbehaving, "leaves out return", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (source.Is(line.First, "return") && line.Last > line.First)
            {
                yield return InLine(
                    source,
                    line,
                    DeleteWord(source, line.First),
                    wrong => $"The line `{wrong}` has a value but does not return it, so the function goes on and the value is lost."
                );
            }
        }
    }
}

/// <summary>A result printed where it should be returned.</summary>
internal sealed class PrintForReturn()
    : MutationOperator("print-for-return", MutationKind.Misbehaving, "prints the result instead of returning it", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (source.Is(line.First, "return") && line.Last > line.First && source.FunctionOf(line) is { IsRecursive: false })
            {
                TextEdit edit = Replace(source, line.First, line.Last, $"print({source.Between(line.First + 1, line.Last)})");
                yield return InLine(
                    source,
                    line,
                    edit,
                    wrong => $"`{wrong}` only shows the value and goes on; `return` is needed to give it back."
                );
            }
        }
    }
}

/// <summary>A return moved into the loop before it.</summary>
internal sealed class EarlyReturn()
    : MutationOperator("early-return", MutationKind.Misbehaving, "indents the return behind a loop into the loop", isCommon: true)
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 2; i < source.Lines.Count; i++)
        {
            PythonLine line = source.Lines[i];
            PythonLine? loop = source.Lines.Take(i).LastOrDefault(other => other.Indentation <= line.Indentation);
            if (
                !source.Is(line.First, "return")
                || loop is null
                || loop.Indentation != line.Indentation
                || !source.IsAny(loop.First, "for", "while")
            )
            {
                continue;
            }

            int indent = source.Lines[loop.Index + 1].Indentation - loop.Indentation;
            string text = source.Show(line);
            yield return new Mutation(
                Name,
                [new TextEdit(line.Start, 0, new string(' ', indent))],
                $"`{text}` stands inside the loop `{source.Show(loop)}`, so the function ends before the loop is done, "
                    + "or does not come to it if the loop has no round.",
                $"I move `{text}` behind the loop."
            );
        }
    }
}

/// <summary>A branch of an if that is left out.</summary>
internal sealed class RemovedBranch()
    : MutationOperator("removed-branch", MutationKind.Misbehaving, "leaves out an if, elif or else with what belongs to it")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (BranchFinder.IsRemovable(source, line) && !BranchFinder.IsBaseCase(source, line))
            {
                int end = source.BlockEnd(line);
                string text = source.Show(line);
                string body = source.Show(source.Lines[line.Index + 1]);
                yield return Delete(
                    source,
                    line.Index,
                    end,
                    $"One case is not treated: the branch `{text}` with `{body}` is missing.",
                    $"I add the branch `{text}`."
                );
            }
        }
    }
}

/// <summary>A recursion without its base case.</summary>
internal sealed class MissingBaseCase()
    : MutationOperator("missing-base-case", MutationKind.Raising, "leaves out the case that ends a recursion")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (BranchFinder.IsRemovable(source, line) && BranchFinder.IsBaseCase(source, line))
            {
                string text = source.Show(line);
                string body = source.Show(source.Lines[line.Index + 1]);
                yield return Delete(
                    source,
                    line.Index,
                    source.BlockEnd(line),
                    $"`{source.FunctionOf(line)!.Name}` calls itself, but the base case `{text}` with `{body}` is missing, "
                        + "so the recursion does not stop where it should.",
                    "I put the base case at the start of the function."
                );
            }
        }
    }
}

/// <summary>if for elif.</summary>
internal sealed class SplitElif() : MutationOperator("split-elif", MutationKind.Misbehaving, "starts a new if where elif is needed")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines.Where(line => source.Is(line.First, "elif")))
        {
            yield return InLine(
                source,
                line,
                Replace(source.Code[line.First], "if"),
                wrong => $"`{wrong}` starts a new test, which is also made when the branch before it was taken; `elif` is needed."
            );
        }
    }
}

/// <summary>break for continue, and the other way round.</summary>
internal sealed class LoopExitSwap()
    : MutationOperator("loop-exit-swap", MutationKind.Misbehaving, "takes break for continue or the other way round")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            if (source.Is(line.First, "break"))
            {
                yield return InLine(
                    source,
                    line,
                    Replace(source.Code[line.First], "continue"),
                    _ => "`continue` goes on with the next round, but the loop must end there, which is `break`."
                );
            }
            else if (source.Is(line.First, "continue"))
            {
                yield return InLine(
                    source,
                    line,
                    Replace(source.Code[line.First], "break"),
                    _ => "`break` ends the whole loop, but only the rest of the round must be left out, which is `continue`."
                );
            }
        }
    }
}

/// <summary>Branches that can be left out.</summary>
internal static class BranchFinder
{
    /// <summary>
    /// Whether a short branch can be removed so that the rest is still a program: it isn't an if with an elif or else after it, and the
    /// block around it keeps a statement.
    /// </summary>
    public static bool IsRemovable(PythonSource source, PythonLine line)
    {
        if (!source.IsAny(line.First, "if", "elif", "else") || !source.IsHeader(line))
        {
            return false;
        }

        int end = source.BlockEnd(line);
        bool followed =
            end < source.Lines.Count
            && source.Lines[end].Indentation == line.Indentation
            && source.IsAny(source.Lines[end].First, "elif", "else");
        if (end - line.Index > 3 || (followed && source.Is(line.First, "if")))
        {
            return false;
        }

        return source.ParentOf(line) is null || source.StatementsBeside(line).Any();
    }

    /// <summary>
    /// Whether a branch is a base case: an if directly in a recursive function's body that returns without calling the function.
    /// </summary>
    public static bool IsBaseCase(PythonSource source, PythonLine line)
    {
        if (
            !source.Is(line.First, "if")
            || source.FunctionOf(line) is not { IsRecursive: true } function
            || source.ParentOf(line) != function.Header
        )
        {
            return false;
        }

        PythonLine body = source.Lines[line.Index + 1];
        return source.Is(body.First, "return")
            && !Enumerable.Range(body.First, body.Last - body.First + 1).Any(i => source.Is(i, function.Name));
    }
}
