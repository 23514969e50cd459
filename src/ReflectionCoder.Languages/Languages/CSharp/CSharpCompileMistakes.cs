using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ReflectionCoder.Languages.Mistakes;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.CSharp.CSharpProgram;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>What C#'s compiler refuses.</summary>
internal static class CSharpCompileMistakes
{
    private static readonly HashSet<string> ImplicitUsings =
    [
        "System",
        "System.Collections.Generic",
        "System.IO",
        "System.Linq",
        "System.Net.Http",
        "System.Threading",
        "System.Threading.Tasks",
        "System.Diagnostics",
    ];

    /// <summary>A statement without its semicolon.</summary>
    public static IEnumerable<Mistake?> MissingSemicolon(CSharpProgram program)
    {
        foreach (StatementSyntax one in program.Of<StatementSyntax>())
        {
            SyntaxToken last = one.GetLastToken();
            if (one is ExpressionStatementSyntax or LocalDeclarationStatementSyntax or ReturnStatementSyntax && last.Text == ";")
            {
                yield return Mistake.InLine(program, Where(last), "", line => $"The line {line} lacks the semicolon at its end.");
            }
        }
    }

    /// <summary>A local variable of another type.</summary>
    public static IEnumerable<Mistake?> WrongType(CSharpProgram program)
    {
        foreach (Variable one in program.Variables)
        {
            string? wrong = one.Type switch
            {
                "int" => "string",
                "double" => "int",
                "string" => "char",
                "bool" => "int",
                "long" => "string",
                "char" => "string",
                _ => null,
            };
            bool fits =
                one is not { Value: { } value, Keyword: not null } || (one.Type == "double" && !program.Source[value].Contains('.'));
            if (wrong is not null && !fits)
            {
                yield return Mistake.InLine(
                    program,
                    one.Keyword!.Value,
                    wrong,
                    line => $"{line} declares `{one.Name}` as `{wrong}`, but its value is of type `{one.Type}`."
                );
            }
        }
    }

    /// <summary>A cast to a narrower type left out.</summary>
    public static IEnumerable<Mistake?> MissingCast(CSharpProgram program)
    {
        foreach (CastExpressionSyntax one in program.Of<CastExpressionSyntax>())
        {
            string type = one.Type.ToString();
            if (type is "int" or "char" or "byte" && one.Expression is not LiteralExpressionSyntax && !IsChar(one))
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(one.SpanStart, one.Expression.SpanStart),
                    "",
                    line => $"{line} uses {Quote(one.Expression.ToString())} without a cast: `({type})` is missing before it."
                );
            }
        }
    }

    /// <summary>A char becomes an int by itself.</summary>
    private static bool IsChar(CastExpressionSyntax cast) =>
        cast.Type.ToString() == "int" && cast.Expression is IdentifierNameSyntax or ElementAccessExpressionSyntax;

    /// <summary>A using directive left out.</summary>
    public static IEnumerable<Mistake?> MissingUsing(CSharpProgram program)
    {
        foreach (UsingDirectiveSyntax one in program.Of<UsingDirectiveSyntax>())
        {
            string name = one.NamespaceOrType.ToString();
            if (!ImplicitUsings.Contains(name) && one.Alias is null && program.Source.FillsItsLines(Where(one)))
            {
                string line = Quote(one.ToString());
                yield return new Mistake(
                    [program.Source.Remove(Where(one))],
                    $"The program uses what {line} brings in, but that line is missing.",
                    $"I add {line} at the top."
                );
            }
        }
    }

    /// <summary>A variable declared as a constant although it changes.</summary>
    public static IEnumerable<Mistake?> ConstantReassigned(CSharpProgram program)
    {
        foreach (LocalDeclarationStatementSyntax one in program.Of<LocalDeclarationStatementSyntax>())
        {
            Variable? variable = program.Variables.FirstOrDefault(other => other.Declaration?.Whole == Where(one));
            if (
                variable is { IsReassigned: true, Type: not "var", Value: not null }
                && one.Declaration.Variables[0].Initializer?.Value is LiteralExpressionSyntax
                && one.Modifiers.Count == 0
            )
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(one.SpanStart, one.SpanStart),
                    "const ",
                    line => $"{line} makes `{variable.Name}` a constant, but it is assigned again later: `const` is wrong here."
                );
            }
        }
    }

    /// <summary>A string where a character is needed.</summary>
    public static IEnumerable<Mistake?> StringForChar(CSharpProgram program)
    {
        foreach (LiteralExpressionSyntax one in program.Of<LiteralExpressionSyntax>())
        {
            if (
                one.IsKind(SyntaxKind.CharacterLiteralExpression)
                && one.Parent is BinaryExpressionSyntax or ConstantPatternSyntax
                && one.Token.Text is not "'\"'"
            )
            {
                string wrong = $"\"{one.Token.Text[1..^1]}\"";
                yield return Mistake.InLine(
                    program,
                    Where(one),
                    wrong,
                    line => $"{line} has the string {Quote(wrong)} where the character {Quote(one.Token.Text)} is needed."
                );
            }
        }
    }

    /// <summary>Count for Length, and the other way round.</summary>
    public static IEnumerable<Mistake?> LengthForCount(CSharpProgram program)
    {
        foreach (Member one in program.Members.Where(one => one.Name is "Length" or "Count"))
        {
            string wrong = one.Name == "Length" ? "Count" : "Length";
            yield return Mistake.InLine(
                program,
                one.NameWhere,
                wrong,
                line => $"{line} reads `{wrong}`, but {Quote(program.Source[one.Receiver])} has no such property: `{one.Name}` is needed."
            );
        }
    }

    /// <summary>A member's name that starts with a small letter.</summary>
    public static IEnumerable<Mistake?> SmallLetter(CSharpProgram program)
    {
        IEnumerable<(string Name, Extent Where)> names = program
            .Members.Select(one => (one.Name, one.NameWhere))
            .Concat(program.Calls.Where(one => one.Receiver is not null).Select(one => (one.Name, one.NameWhere)))
            .OrderBy(one => one.NameWhere.Start);
        foreach ((string name, Extent where) in names)
        {
            if (name is "Length" or "Count" or "Add" or "Contains" or "ToString" or "Key" or "Value" or "Append" or "Split" or "Join")
            {
                string wrong = char.ToLowerInvariant(name[0]) + name[1..];
                yield return Mistake.InLine(
                    program,
                    where,
                    wrong,
                    line => $"{line} names the member `{wrong}`, which does not exist: it is called `{name}`, with a capital letter."
                );
            }
        }
    }

    /// <summary>A property called like a method.</summary>
    public static IEnumerable<Mistake?> CalledProperty(CSharpProgram program)
    {
        foreach (Member one in program.Members.Where(one => one.Name == "Length"))
        {
            yield return Mistake.InLine(
                program,
                new Extent(one.Whole.End, one.Whole.End),
                "()",
                line => $"{line} calls `{one.Name}`, which is a property and no method: the brackets `()` are too much."
            );
        }
    }

    /// <summary>An object made without new.</summary>
    public static IEnumerable<Mistake?> MissingNew(CSharpProgram program)
    {
        foreach (ObjectCreationExpressionSyntax one in program.Of<ObjectCreationExpressionSyntax>())
        {
            if (one.ArgumentList is not null)
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(one.SpanStart, one.Type.SpanStart),
                    "",
                    line => $"{line} calls the type {Quote(one.Type.ToString())} as if it were a method: `new` is missing."
                );
            }
        }
    }

    /// <summary>A variable used without a declaration.</summary>
    public static IEnumerable<Mistake?> MissingType(CSharpProgram program)
    {
        foreach (Variable one in program.Variables)
        {
            if (one is { Declaration: not null, Keyword: { } keyword, Value: not null })
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(keyword.Start, one.NameWhere.Start),
                    "",
                    line =>
                        $"{line} assigns to `{one.Name}`, which is declared nowhere: {Quote(program.Source[keyword])} is missing before it."
                );
            }
        }
    }

    /// <summary>An argument passed without out or ref.</summary>
    public static IEnumerable<Mistake?> MissingRefKind(CSharpProgram program)
    {
        foreach (ArgumentSyntax one in program.Of<ArgumentSyntax>())
        {
            string word = one.RefKindKeyword.Text;
            if (word is "out" or "ref")
            {
                string name = (one.Expression as DeclarationExpressionSyntax)?.Designation.ToString() ?? one.Expression.ToString();
                yield return Mistake.InLine(
                    program,
                    Where(one),
                    name,
                    line => $"{line} passes `{name}` by value, but the method writes to it: {Quote(one.ToString())} is needed."
                );
            }
        }
    }

    /// <summary>A method named but not called.</summary>
    public static IEnumerable<Mistake?> MissingCallBrackets(CSharpProgram program)
    {
        foreach (Call call in program.Calls.Where(one => one is { Receiver: not null, Arguments.Count: 0, Name: not "Count" }))
        {
            yield return Mistake.InLine(
                program,
                new Extent(call.Open, call.Whole.End),
                "",
                line => $"{line} names the method `{call.Name}` but does not call it: the brackets `()` are missing."
            );
        }
    }
}
