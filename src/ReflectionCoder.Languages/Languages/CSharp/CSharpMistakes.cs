using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ReflectionCoder.Languages.Mistakes;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.CSharp.CSharpProgram;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>What C#'s compiler accepts, and what then fails or gives a wrong result.</summary>
internal static class CSharpMistakes
{
    /// <summary>A division of whole numbers where the fraction is needed.</summary>
    public static IEnumerable<Mistake?> IntegerDivision(CSharpProgram program)
    {
        foreach (CastExpressionSyntax one in program.Of<CastExpressionSyntax>())
        {
            if (one.Type.ToString() is "double" or "decimal" or "float" && one.Parent is BinaryExpressionSyntax { OperatorToken.Text: "/" })
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(one.SpanStart, one.Expression.SpanStart),
                    "",
                    line =>
                        $"{line} divides whole numbers, which cuts off the fraction: `({one.Type})` is missing "
                        + $"before {Quote(one.Expression.ToString())}."
                );
            }
        }

        foreach (LiteralExpressionSyntax one in program.Of<LiteralExpressionSyntax>())
        {
            string text = one.Token.Text;
            if (
                text.EndsWith(".0", StringComparison.Ordinal)
                && one.Parent is BinaryExpressionSyntax { OperatorToken.Text: "/" } division
                && division.Right == one
            )
            {
                yield return Mistake.InLine(
                    program,
                    Where(one),
                    text[..^2],
                    line =>
                        $"{line} divides by the whole number {text[..^2]}, which cuts off the fraction of whole numbers: {text} is needed."
                );
            }
        }
    }

    /// <summary>int for long.</summary>
    public static IEnumerable<Mistake?> Overflow(CSharpProgram program)
    {
        foreach (CastExpressionSyntax one in program.Of<CastExpressionSyntax>().Where(one => one.Type.ToString() == "long"))
        {
            yield return Mistake.InLine(
                program,
                new Extent(one.SpanStart, one.Expression.SpanStart),
                "",
                line =>
                    $"{line} computes with `int`, which overflows for large numbers: `(long)` is missing before "
                    + $"{Quote(one.Expression.ToString())}."
            );
        }

        foreach (LiteralExpressionSyntax one in program.Of<LiteralExpressionSyntax>())
        {
            if (one.IsKind(SyntaxKind.NumericLiteralExpression) && one.Token.Text[^1] is 'L')
            {
                yield return Mistake.InLine(
                    program,
                    Where(one),
                    one.Token.Text[..^1],
                    line => $"{line} has an `int` where a `long` is needed: the `L` behind the number is missing."
                );
            }
        }
    }

    /// <summary>The code of a digit or letter taken for its value.</summary>
    public static IEnumerable<Mistake?> CharValue(CSharpProgram program)
    {
        foreach (BinaryOperation one in program.Binaries)
        {
            string right = program.Source[one.Right];
            if (one.Text == "-" && right is "'0'" or "'a'" or "'A'")
            {
                string left = program.Source[one.Left];
                yield return Mistake.InLine(
                    program,
                    new Extent(one.Left.End, one.Right.End),
                    "",
                    line => $"{line} takes the code of the character {Quote(left)} for its value: {Quote($"- {right}")} is missing."
                );
            }
        }
    }

    /// <summary>References compared where the contents count.</summary>
    public static IEnumerable<Mistake?> ReferenceEquality(CSharpProgram program)
    {
        foreach (Call call in program.Calls)
        {
            if (
                call is { Receiver: { } receiver, Name: "SequenceEqual" or "SetEquals", Arguments: [var argument] }
                && !program.Negations.Any(one => one.Operand == call.Whole)
            )
            {
                string left = program.Source[receiver];
                string right = program.Source[argument];
                yield return program.Binaries.Any(one => argument == one.Whole || receiver == one.Whole)
                    ? null
                    : Mistake.InLine(
                        program,
                        call.Whole,
                        $"{left} == {right}",
                        line =>
                            $"{line} compares with `==` whether both are the same object, not whether they have "
                            + $"the same elements: `{call.Name}` is needed."
                    );
            }
        }
    }

    /// <summary>A comparer or rounding left out.</summary>
    public static IEnumerable<Mistake?> DroppedComparer(CSharpProgram program)
    {
        foreach (ArgumentSyntax one in program.Of<ArgumentSyntax>())
        {
            string text = one.ToString();
            bool matters =
                text.EndsWith("IgnoreCase", StringComparison.Ordinal) || text.StartsWith("MidpointRounding.", StringComparison.Ordinal);
            if (matters && one.Parent is ArgumentListSyntax list)
            {
                SyntaxToken before = one.GetFirstToken().GetPreviousToken();
                int start = before.IsKind(SyntaxKind.CommaToken) ? before.SpanStart : one.SpanStart;
                yield return list.Arguments[^1] != one
                    ? null
                    : Mistake.InLine(
                        program,
                        new Extent(start, one.Span.End),
                        "",
                        line => $"In {line} the argument {Quote(text)} is missing."
                    );
            }
        }
    }

    /// <summary>A variable that starts as null where it needs an object.</summary>
    public static IEnumerable<Mistake?> NullFirst(CSharpProgram program)
    {
        foreach (LocalDeclarationStatementSyntax one in program.Of<LocalDeclarationStatementSyntax>())
        {
            if (one.Declaration is not { Variables: [{ Initializer.Value: BaseObjectCreationExpressionSyntax made } variable] } declaration)
            {
                continue;
            }

            string type = (made as ObjectCreationExpressionSyntax)?.Type.ToString() ?? declaration.Type.ToString();
            if (made.Initializer is null && !type.StartsWith("Random", StringComparison.Ordinal) && char.IsUpper(type[0]))
            {
                yield return Mistake.InLine(
                    program,
                    [SourceLines.Replace(Where(declaration.Type), type), SourceLines.Replace(Where(made), "null")],
                    line =>
                        $"{line} makes no object: `{variable.Identifier.Text}` stays null, and must start with {Quote(made.ToString())}."
                );
            }
        }
    }

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
