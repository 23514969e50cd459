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
}
