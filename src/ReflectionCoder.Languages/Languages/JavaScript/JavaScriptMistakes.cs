using Acornima.Ast;
using ReflectionCoder.Languages.Mistakes;
using ReflectionCoder.Languages.Programs;
using static ReflectionCoder.Languages.Mistakes.Quoting;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Mistakes with JavaScript's values, variables and operators.</summary>
internal static class JavaScriptMistakes
{
    /// <summary>A comparison that converts its operands.</summary>
    public static IEnumerable<Mistake?> LooseEquality(JavaScriptProgram program)
    {
        foreach (BinaryOperation one in program.Binaries.Where(one => one.Text is "===" or "!=="))
        {
            string text = program.Source[one.Whole];
            if (
                !text.Contains("typeof", StringComparison.Ordinal)
                && !text.Contains(".length", StringComparison.Ordinal)
                && !text.Contains('%')
            )
            {
                yield return Mistake.InLine(
                    program,
                    one.Operator,
                    one.Text[..2],
                    line =>
                        $"{line} compares with `{one.Text[..2]}`, which converts values of different types first; `{one.Text}` is needed."
                );
            }
        }
    }

    /// <summary>|| for ??.</summary>
    public static IEnumerable<Mistake?> OrForNullish(JavaScriptProgram program)
    {
        foreach (BinaryOperation one in program.Binaries.Where(one => one.Text == "??"))
        {
            yield return Mistake.InLine(
                program,
                one.Operator,
                "||",
                line => $"{line} also replaces 0, false and the empty string because of `||`; `??` replaces only null and undefined."
            );
        }
    }

    /// <summary>A default for a missing value left out.</summary>
    public static IEnumerable<Mistake?> MissingDefault(JavaScriptProgram program)
    {
        foreach (BinaryOperation one in program.Binaries)
        {
            string right = program.Source[one.Right];
            bool isDefault = one.Text == "??" || (one.Text == "||" && right is "0" or "[]" or "\"\"" or "''" or "{}");
            if (isDefault)
            {
                string left = program.Source[one.Left];
                yield return Mistake.InLine(
                    program,
                    new Extent(one.Left.End, one.Right.End),
                    "",
                    line => $"{line} has no value for the case that {Quote(left)} is undefined: {Quote($"{one.Text} {right}")} is missing."
                );
            }
        }
    }

    /// <summary>A point where a null must be passed over.</summary>
    public static IEnumerable<Mistake?> MissingOptionalChain(JavaScriptProgram program)
    {
        foreach (CodeToken token in program.Tokens.Where(one => one.Text == "?."))
        {
            yield return Mistake.InLine(
                program,
                token.Where,
                ".",
                line => $"{line} reads a property even where the value before it is null or undefined: `?.` is needed for `.`."
            );
        }
    }

    /// <summary>A class called without new.</summary>
    public static IEnumerable<Mistake?> MissingNew(JavaScriptProgram program)
    {
        HashSet<string> classes =
        [
            .. program.Of<ClassDeclaration>().Select(one => one.Id?.Name ?? ""),
            "Map",
            "Set",
            "WeakMap",
            "WeakSet",
            "Promise",
        ];
        foreach (NewExpression one in program.Of<NewExpression>())
        {
            if (one.Callee is Identifier name && classes.Contains(name.Name))
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(one.Start, one.Callee.Start),
                    "",
                    line => $"{line} calls the class `{name.Name}` as a function: `new` is missing."
                );
            }
        }
    }

    /// <summary>A variable declared as a constant although it changes.</summary>
    public static IEnumerable<Mistake?> ConstantReassigned(JavaScriptProgram program)
    {
        foreach (Variable one in program.Variables)
        {
            if (one is { IsReassigned: true, Keyword: { } keyword, Value: not null } && program.Source[keyword] == "let")
            {
                yield return Mistake.InLine(
                    program,
                    keyword,
                    "const",
                    line => $"{line} makes `{one.Name}` a constant, but it is assigned again later: `let` is needed."
                );
            }
        }
    }

    /// <summary>in for of.</summary>
    public static IEnumerable<Mistake?> InForOf(JavaScriptProgram program)
    {
        foreach (ForOfStatement loop in program.Of<ForOfStatement>())
        {
            CodeToken word = program.OperatorAfter(JavaScriptProgram.Where(loop.Left));
            yield return word.Text == "of" && loop.Left is VariableDeclaration { Declarations: [{ Id: Identifier name }] }
                ? Mistake.InLine(
                    program,
                    word.Where,
                    "in",
                    line => $"{line} gives `{name.Name}` the keys, as strings: `in` goes through keys, and `of` through values."
                )
                : null;
        }
    }

    /// <summary>One variable for all rounds of a loop, which functions made in it share.</summary>
    public static IEnumerable<Mistake?> SharedLoopVariable(JavaScriptProgram program)
    {
        foreach (ForStatement loop in program.Of<ForStatement>())
        {
            if (
                loop.Init is VariableDeclaration { Kind: VariableDeclarationKind.Let, Declarations: [{ Id: Identifier name }] } declaration
                && program.Names.Any(use =>
                    use.Name == name.Name
                    && use.Function is not null
                    && loop.Body.Start < use.Function.Whole.Start
                    && use.Function.Whole.End <= loop.Body.End
                )
            )
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(declaration.Start, declaration.Start + 3),
                    "var",
                    line =>
                        $"{line} makes one `{name.Name}` for the whole loop, which all functions made in it share: "
                        + $"`let` is needed for `var`."
                );
            }
        }
    }

    /// <summary>A member of a class named without this.</summary>
    public static IEnumerable<Mistake?> MissingThis(JavaScriptProgram program)
    {
        foreach (MemberExpression one in program.Of<MemberExpression>())
        {
            if (
                one is { Computed: false, Object: ThisExpression, Property: Identifier name }
                && program.VariableAt(name.Name, one.Start) is null
            )
            {
                yield return Mistake.InLine(
                    program,
                    new Extent(one.Start, name.Start),
                    "",
                    line => $"{line} names the member `{name.Name}` as if it were a variable: `this.` is missing before it."
                );
            }
        }
    }

    /// <summary>A promise that is not awaited.</summary>
    public static IEnumerable<Mistake?> MissingAwait(JavaScriptProgram program)
    {
        foreach (AwaitExpression one in program.Of<AwaitExpression>())
        {
            string value = program.Show(one.Argument);
            yield return Mistake.InLine(
                program,
                new Extent(one.Start, one.Argument.Start),
                "",
                line => $"{line} does not wait for {Quote(value)}: `await` is missing."
            );
        }
    }

    /// <summary>A copy left out, so that the original changes.</summary>
    public static IEnumerable<Mistake?> MissingCopy(JavaScriptProgram program)
    {
        foreach (ArrayExpression one in program.Of<ArrayExpression>())
        {
            if (one.Elements is [SpreadElement { Argument: Identifier name }])
            {
                yield return Mistake.InLine(
                    program,
                    JavaScriptProgram.Where(one),
                    name.Name,
                    line => $"{line} works on `{name.Name}` itself instead of a copy: {Quote($"[...{name.Name}]")} is needed."
                );
            }
        }
    }

    /// <summary>An array passed where its elements are needed.</summary>
    public static IEnumerable<Mistake?> MissingSpread(JavaScriptProgram program)
    {
        foreach (SpreadElement one in program.Of<SpreadElement>())
        {
            string value = program.Show(one.Argument);
            yield return program.Parents[one] is ObjectExpression
                ? null
                : Mistake.InLine(
                    program,
                    new Extent(one.Start, one.Start + 3),
                    "",
                    line => $"{line} passes {Quote(value)} as one value instead of its elements: the `...` before it is missing."
                );
        }
    }
}
