using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations.Operators;

/// <summary>Two arguments in the wrong order.</summary>
internal sealed class SwappedArguments()
    : MutationOperator("swapped-arguments", MutationKind.Misbehaving, "passes two arguments in the wrong order")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i < source.Code.Count; i++)
        {
            if (!source.Is(i, "(") || source.PartnerOf(i) < 0 || source.Code[i - 1].Kind != PythonTokenKind.Name || source.Is(i - 2, "def"))
            {
                continue;
            }

            IReadOnlyList<(int First, int Last)> parts = source.Split(i);
            for (int p = 0; p + 1 < parts.Count; p++)
            {
                (int a, int aLast) = parts[p];
                (int b, int bLast) = parts[p + 1];
                string first = source.Between(a, aLast);
                string second = source.Between(b, bLast);
                if (first == second || Keyword(source, a, aLast) || Keyword(source, b, bLast))
                {
                    continue;
                }

                string function = source.Code[i - 1].Text;
                yield return InLine(
                    source,
                    source.LineOf(i),
                    [Replace(source, a, aLast, second), Replace(source, b, bLast, first)],
                    line => $"`{line}` passes `{second}` and `{first}` to `{function}` in the wrong order."
                );
            }
        }
    }

    private static bool Keyword(PythonSource source, int first, int last) =>
        Enumerable.Range(first, last - first + 1).Any(i => source.IsAny(i, "=", "for", "*", "**"));
}

/// <summary>A conversion between text and number left out.</summary>
internal sealed class MissingConversion()
    : MutationOperator("missing-conversion", MutationKind.Raising, "leaves out str() or int(), so that text and number are mixed")
{
    public override IEnumerable<Mutation> Find(PythonSource source) =>
        CallFinder
            .Find(source, "str", "int")
            .Select(call =>
            {
                (int i, int close) = call;
                string inner = source.Between(i + 2, close - 1);
                TextEdit[] edits = [Replace(source, i, i + 1, ""), Replace(source.Code[close], "")];
                return InLine(
                    source,
                    source.LineOf(i),
                    edits,
                    line =>
                        source.Is(i, "str")
                            ? $"`{line}` uses `{inner}` as text though it is none: `str()` is missing around it."
                            : $"`{line}` uses the text `{inner}` as a number: `int()` is missing around it."
                );
            });
}

/// <summary>A function call left out, its argument taken as it is.</summary>
internal sealed class DroppedCall()
    : MutationOperator("dropped-call", MutationKind.Raising, "takes the argument of a function instead of its result")
{
    public override IEnumerable<Mutation> Find(PythonSource source) =>
        CallFinder
            .Find(source, "sorted", "abs", "list", "dict", "set", "len", "reversed", "range", "enumerate", "sum")
            .Select(call =>
            {
                (int i, int close) = call;
                string function = source.Code[i].Text;
                string inner = source.Between(i + 2, close - 1);
                return InLine(
                    source,
                    source.LineOf(i),
                    [Replace(source, i, i + 1, ""), Replace(source.Code[close], "")],
                    line => $"`{line}` takes `{inner}` as it is: `{function}()` is missing around it."
                );
            });
}

/// <summary>A method named but not called.</summary>
internal sealed class MissingCallBrackets()
    : MutationOperator("missing-call-brackets", MutationKind.Raising, "names a method without calling it")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i + 2 < source.Code.Count; i++)
        {
            if (source.Is(i - 1, ".") && source.Is(i + 1, "(") && source.Is(i + 2, ")"))
            {
                string method = source.Code[i].Text;
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(source, i + 1, i + 2, ""),
                    line => $"`{line}` names the method `{method}` but does not call it: the brackets `()` are missing."
                );
            }
        }
    }
}

/// <summary>A keyword argument left out.</summary>
internal sealed class DroppedKeywordArgument()
    : MutationOperator("dropped-keyword-argument", MutationKind.Misbehaving, "leaves out a keyword argument such as reverse=True")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i < source.Code.Count; i++)
        {
            if (!source.Is(i, "(") || source.PartnerOf(i) < 0 || source.Code[i - 1].Kind != PythonTokenKind.Name || source.Is(i - 2, "def"))
            {
                continue;
            }

            foreach ((int first, int last) in source.Split(i))
            {
                if (source.Is(first + 1, "=") && source.Is(first - 1, ","))
                {
                    string argument = source.Between(first, last);
                    yield return InLine(
                        source,
                        source.LineOf(i),
                        Replace(source, first - 1, last, ""),
                        line => $"In `{line}` the argument `{argument}` is missing."
                    );
                }
            }
        }
    }
}

/// <summary>A key that is looked up although it may be absent.</summary>
internal sealed class UnsafeLookup()
    : MutationOperator("unsafe-lookup", MutationKind.Raising, "indexes a dictionary where get with a default is needed")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        for (int i = 1; i + 1 < source.Code.Count; i++)
        {
            if (source.Is(i - 1, ".") && source.Is(i, "get") && source.Is(i + 1, "(") && source.Split(i + 1) is [var key, _])
            {
                string name = source.Between(key.First, key.Last);
                yield return InLine(
                    source,
                    source.LineOf(i),
                    Replace(source, i - 1, source.PartnerOf(i + 1), $"[{name}]"),
                    line => $"`{line}` fails when the key `{name}` is not there yet: `get` with a default is needed."
                );
            }
        }
    }
}

/// <summary>A variable that is set to the result of a method that returns nothing.</summary>
internal sealed class AssignedNone()
    : MutationOperator("assigned-none", MutationKind.Raising, "assigns the result of a method that returns None")
{
    public override IEnumerable<Mutation> Find(PythonSource source)
    {
        foreach (PythonLine line in source.Lines)
        {
            int i = line.First;
            if (
                source.Code[i].Kind == PythonTokenKind.Name
                && source.Is(i + 1, ".")
                && source.IsAny(i + 2, "append", "extend", "insert", "remove", "sort")
            )
            {
                string name = source.Code[i].Text;
                yield return InLine(
                    source,
                    line,
                    new TextEdit(source.Code[i].Start, 0, $"{name} = "),
                    wrong => $"`{wrong}` loses the list: `{source.Code[i + 2].Text}` changes it in place and returns None."
                );
            }
        }
    }
}

/// <summary>Calls of built-in functions with one argument.</summary>
internal static class CallFinder
{
    /// <summary>Finds calls with exactly one argument.</summary>
    /// <returns>Index of the function's name and of the closing bracket.</returns>
    public static IEnumerable<(int Name, int Close)> Find(PythonSource source, params string[] functions)
    {
        for (int i = 0; i + 1 < source.Code.Count; i++)
        {
            if (
                source.IsAny(i, functions)
                && source.Is(i + 1, "(")
                && !source.Is(i - 1, ".")
                && source.PartnerOf(i + 1) is >= 0 and int close
                && source.Split(i + 1).Count == 1
            )
            {
                yield return (i, close);
            }
        }
    }
}
