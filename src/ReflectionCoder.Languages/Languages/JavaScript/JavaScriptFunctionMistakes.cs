using Acornima.Ast;
using ReflectionCoder.Languages.Mistakes;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Mistakes with JavaScript's functions and the methods that take them.</summary>
internal static class JavaScriptFunctionMistakes
{
    /// <summary>Numbers sorted as text.</summary>
    public static IEnumerable<Mistake?> DefaultSort(JavaScriptProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one.Name is "sort" or "toSorted" && one.Arguments.Count == 1))
        {
            yield return Mistake.InLine(
                program,
                call.Arguments[0],
                "",
                line =>
                    $"{line} sorts without a comparator, so the values are compared as strings: "
                    + $"{Quote(program.Source[call.Arguments[0]])} is missing."
            );
        }
    }

    /// <summary>A comparator that gives a boolean.</summary>
    public static IEnumerable<Mistake?> BooleanComparator(JavaScriptProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one.Name is "sort" or "toSorted" && one.Arguments.Count == 1))
        {
            BinaryOperation? difference = program.Binaries.FirstOrDefault(one => one.Text == "-" && call.Arguments[0].End == one.Whole.End);
            if (difference is not null)
            {
                yield return Mistake.InLine(
                    program,
                    difference.Operator,
                    ">",
                    line =>
                        $"In {line} the comparator gives true or false, but `sort` needs a negative or positive number or 0: `-` is needed."
                );
            }
        }
    }

    /// <summary>forEach for a method that gives a result.</summary>
    public static IEnumerable<Mistake?> ForEachForMap(JavaScriptProgram program)
    {
        foreach (
            Call call in program.Calls.Where(one => one is { Receiver: not null, Name: "map" or "filter" or "flatMap", Arguments.Count: 1 })
        )
        {
            yield return Mistake.InLine(
                program,
                call.NameWhere,
                "forEach",
                line => $"{line} calls `forEach`, which gives undefined; `{call.Name}` is needed, which gives a new array."
            );
        }
    }

    /// <summary>map for filter, and the other way round.</summary>
    public static IEnumerable<Mistake?> MapForFilter(JavaScriptProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one is { Receiver: not null, Name: "map" or "filter", Arguments.Count: 1 }))
        {
            string wrong = call.Name == "map" ? "filter" : "map";
            string meaning = wrong == "map" ? "gives what the function returns" : "only chooses elements, and does not change them";
            yield return Mistake.InLine(
                program,
                call.NameWhere,
                wrong,
                line => $"{line} calls `{wrong}`, which {meaning}; `{call.Name}` is needed."
            );
        }
    }

    /// <summary>An arrow function with braces, and without return.</summary>
    public static IEnumerable<Mistake?> ArrowBraces(JavaScriptProgram program)
    {
        foreach (ArrowFunctionExpression one in program.Of<ArrowFunctionExpression>())
        {
            if (one.Body is Expression body and not ObjectExpression && program.BracketsAround(JavaScriptProgram.Where(body)) is null)
            {
                string value = program.Show(body);
                yield return Mistake.InLine(
                    program,
                    JavaScriptProgram.Where(body),
                    $"{{ {value}; }}",
                    line => $"In {line} the arrow function has braces but no `return`, so it gives undefined."
                );
            }
        }
    }

    /// <summary>A reduce without its first value.</summary>
    public static IEnumerable<Mistake?> MissingFirstValue(JavaScriptProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one is { Receiver: not null, Name: "reduce", Arguments.Count: 2 }))
        {
            string value = program.Source[call.Arguments[1]];
            yield return Mistake.InLine(
                program,
                new Extent(call.Arguments[0].End, call.Arguments[1].End),
                "",
                line => $"{line} starts `reduce` with the first element: the first value {Quote(value)} is missing."
            );
        }
    }

    /// <summary>size for length, and the other way round.</summary>
    public static IEnumerable<Mistake?> LengthForSize(JavaScriptProgram program)
    {
        foreach (Member one in program.Members.Where(one => one.Name is "length" or "size"))
        {
            string wrong = one.Name == "length" ? "size" : "length";
            yield return Mistake.InLine(
                program,
                one.NameWhere,
                wrong,
                line =>
                    $"{line} reads `{wrong}`, which {Quote(program.Source[one.Receiver])} does not have, so it is "
                    + $"undefined; `{one.Name}` is needed."
            );
        }
    }

    /// <summary>length called like a function.</summary>
    public static IEnumerable<Mistake?> CalledLength(JavaScriptProgram program)
    {
        foreach (Member one in program.Members.Where(one => one.Name is "length" or "size"))
        {
            yield return program.Source[one.Receiver] == "this"
                ? null
                : Mistake.InLine(
                    program,
                    new Extent(one.Whole.End, one.Whole.End),
                    "()",
                    line => $"{line} calls `{one.Name}`, which is a property and no function: the brackets `()` are too much."
                );
        }
    }

    /// <summary>A method named but not called.</summary>
    public static IEnumerable<Mistake?> MissingCallBrackets(JavaScriptProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one is { Receiver: not null, Arguments.Count: 0 }))
        {
            yield return Mistake.InLine(
                program,
                new Extent(call.Open, call.Whole.End),
                "",
                line => $"{line} names the method `{call.Name}` but does not call it: the brackets `()` are missing."
            );
        }
    }

    /// <summary>A template without its dollar sign.</summary>
    public static IEnumerable<Mistake?> MissingDollar(JavaScriptProgram program)
    {
        foreach (TemplateLiteral one in program.Of<TemplateLiteral>())
        {
            if (one.Expressions.Count == 0)
            {
                continue;
            }

            int dollar = one.Quasis[0].End;
            string value = program.Show(one.Expressions[0]);
            yield return program.Text.AsSpan(dollar).StartsWith("${")
                ? Mistake.InLine(
                    program,
                    new Extent(dollar, dollar + 1),
                    "",
                    line => $"{line} puts {Quote($"{{{value}}}")} into the text as it is: the `$` before the braces is missing."
                )
                : null;
        }
    }
}
