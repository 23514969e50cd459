using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>JavaScript and TypeScript: tests are statements such as <c>assert.deepStrictEqual(f([1]), [2]);</c>.</summary>
internal sealed partial class JavaScriptTests(string name, string title, string file) : TestLanguage(name, title)
{
    private const string Import = "const assert = require(\"assert\");";

    public override string Announcement => "console.log(\"All tests passed.\");";

    public override string Print(TestParts test) => $"console.log({test.Call});";

    public override string Join(string solution, IReadOnlyList<string> tests)
    {
        string program = base.Join(solution, tests);
        bool imports = UsesAssert().IsMatch(program) && !HasAssert().IsMatch(program);
        return imports ? $"{Import}\n\n{program}" : program;
    }

    public override TestParts? Read(string test)
    {
        Match match = Comparison().Match(test);
        if (!match.Success)
        {
            return null;
        }

        IReadOnlyList<string> arguments = CurlySource.Arguments(test, match.Length - 1, out _);
        return arguments.Count >= 2 ? new TestParts(arguments[0], arguments[1]) : null;
    }

    public override ErrorReport? ReadError(string errorOutput, string program) =>
        CompilerErrors.Read(errorOutput, program, file) ?? NodeErrors.Read(errorOutput, program, file);

    [GeneratedRegex(@"\bassert\b\s*[.(]", RegexOptions.None, 1000)]
    private static partial Regex UsesAssert();

    [GeneratedRegex(@"\b(const|let|var|import)\s[^;\n]*\bassert\b[^;\n]*(require|from)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HasAssert();

    [GeneratedRegex(@"^\s*assert\.(strictEqual|equal|deepStrictEqual|deepEqual)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comparison();
}
