using Microsoft.CodeAnalysis.CSharp.Syntax;
using ReflectionCoder.Languages.Mistakes;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.CSharp.CSharpProgram;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>Collections, used in a way that C#'s compiler accepts and that then fails or gives a wrong result.</summary>
internal static class CSharpCollectionMistakes
{
    /// <summary>A key that is looked up although it may be absent.</summary>
    public static IEnumerable<Mistake?> UnsafeLookup(CSharpProgram program)
    {
        foreach (Call call in program.Calls)
        {
            if (call is { Receiver: { } receiver, Name: "GetValueOrDefault", Arguments.Count: 1 or 2 })
            {
                string key = program.Source[call.Arguments[0]];
                yield return Mistake.InLine(
                    program,
                    new Extent(receiver.End, call.Whole.End),
                    $"[{key}]",
                    line => $"{line} fails when the key {Quote(key)} is not there yet: `GetValueOrDefault` is needed."
                );
            }
        }
    }

    /// <summary>Add for setting a key that may be there already.</summary>
    public static IEnumerable<Mistake?> AddExistingKey(CSharpProgram program)
    {
        foreach (AssignmentExpressionSyntax one in program.Of<AssignmentExpressionSyntax>())
        {
            if (
                one
                    is {
                        OperatorToken.Text: "=",
                        Left: ElementAccessExpressionSyntax { ArgumentList.Arguments: [var key] } element,
                        Parent: ExpressionStatementSyntax
                    }
                && program.TypeOf(element.Expression) is { } type
                && (
                    type.StartsWith("Dictionary<", StringComparison.Ordinal)
                    || type.StartsWith("SortedDictionary<", StringComparison.Ordinal)
                )
            )
            {
                yield return Mistake.InLine(
                    program,
                    Where(one),
                    $"{element.Expression}.Add({key}, {one.Right})",
                    line => $"{line} fails when the key {Quote(key.ToString())} is there already: `Add` takes only new keys."
                );
            }
        }
    }

    /// <summary>A first element that must exist.</summary>
    public static IEnumerable<Mistake?> StrictFirst(CSharpProgram program)
    {
        foreach (
            Call call in program.Calls.Where(one =>
                one.Name is "FirstOrDefault" or "LastOrDefault" or "SingleOrDefault" or "DefaultIfEmpty"
            )
        )
        {
            yield return call.Name == "DefaultIfEmpty" || call.Receiver is null || call.Arguments.Count > 1
                ? null
                : Mistake.InLine(
                    program,
                    call.NameWhere,
                    call.Name[..^9],
                    line => $"{line} fails when there is no element: `{call.Name[..^9]}` needs one, and `{call.Name}` does not."
                );
        }

        foreach (Call call in program.Calls.Where(one => one is { Name: "DefaultIfEmpty", Receiver: not null }))
        {
            yield return Mistake.InLine(
                program,
                new Extent(call.Receiver!.Value.End, call.Whole.End),
                "",
                line => $"{line} does not treat the case without elements: `DefaultIfEmpty` is missing."
            );
        }
    }

    /// <summary>A collection that changes while a loop goes through it.</summary>
    public static IEnumerable<Mistake?> ModifiedCollection(CSharpProgram program)
    {
        foreach (ForEachStatementSyntax loop in program.Of<ForEachStatementSyntax>())
        {
            Call? copy = program.Calls.FirstOrDefault(one =>
                one.Whole == Where(loop.Expression) && one is { Name: "ToList" or "ToArray", Receiver: not null }
            );
            if (copy is not null)
            {
                string receiver = program.Source[copy.Receiver!.Value];
                yield return Mistake.InLine(
                    program,
                    new Extent(copy.Receiver.Value.End, copy.Whole.End),
                    "",
                    line =>
                        $"{line} goes through {Quote(receiver)} itself, which must not change meanwhile: the copy "
                        + $"by `{copy.Name}()` is missing."
                );
            }
        }
    }

    /// <summary>A cast of every element for a choice of those of a type.</summary>
    public static IEnumerable<Mistake?> CastForOfType(CSharpProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one is { Name: "OfType", Receiver: not null }))
        {
            yield return Mistake.InLine(
                program,
                call.NameWhere,
                "Cast",
                line => $"{line} casts every element, which fails for those of another type: `OfType` is needed for `Cast`."
            );
        }
    }

    /// <summary>Elements taken from the end by an index that is one too small.</summary>
    public static IEnumerable<Mistake?> IndexFromEnd(CSharpProgram program)
    {
        foreach (Element one in program.Elements)
        {
            string index = program.Source[one.Index];
            if (index == "^1")
            {
                yield return Mistake.InLine(
                    program,
                    one.Index,
                    "^0",
                    line => $"{line} uses the index `^0`, which is behind the last element: the last one has the index `^1`."
                );
            }
        }
    }

    /// <summary>The substring's end passed for its length.</summary>
    public static IEnumerable<Mistake?> SubstringLength(CSharpProgram program)
    {
        foreach (Call call in program.Calls)
        {
            BinaryOperation? difference = call is { Name: "Substring", Arguments: [_, var second] }
                ? program.Binaries.FirstOrDefault(one => one.Whole == second && one.Text == "-")
                : null;
            if (difference is not null)
            {
                string end = program.Source[difference.Left];
                yield return Mistake.InLine(
                    program,
                    difference.Whole,
                    end,
                    line =>
                        $"{line} passes {Quote(end)} to `Substring` as if it were a length: "
                        + $"{Quote(program.Source[difference.Whole])} is needed."
                );
            }
        }
    }

    /// <summary>Integer values chosen by a range that ends one too early.</summary>
    public static IEnumerable<Mistake?> RangeCount(CSharpProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one is { Name: "Range", Arguments.Count: 2 }))
        {
            string count = program.Source[call.Arguments[1]];
            bool simple = !program.Binaries.Any(one => one.Whole == call.Arguments[1]);
            yield return simple
                ? Mistake.InLine(
                    program,
                    call.Arguments[1],
                    $"{count} - 1",
                    line => $"{line} makes one number too few: the count must be {Quote(count)}."
                )
                : null;
        }
    }
}
