using System.Text.RegularExpressions;
using static ReflectionCoder.Evaluation.Judging.Programs.ProgramDialect;
using static ReflectionCoder.Evaluation.Judging.Programs.ProgramDialects;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>Go: a test function with a table of calls and expected values, which are compared as texts.</summary>
/// <remarks>
/// MultiPL-E runs <c>go test</c>. Here the test function is called by a main function of its own, because a sandboxed program is one file.
/// </remarks>
internal static class GoDialect
{
    // The rows of the table, and all that is around them.
    private static readonly Regex Table = new(
        @"^[ \t]*type test struct \{\n([^\n]*interface\{\}\n)+\s*\}\s*tests := \[\]test\{\n"
            + @"(?<rows>([ \t]*\{ actual: [^\n]*\n)+)[ \t]*\}\n.*\}\s*\z",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(5)
    );

    private static readonly Regex Row = Pattern(@"^[ \t]*\{ actual: ");

    private static readonly Regex Package = Pattern(@"^package \w+");

    private static readonly Regex Test = Pattern(@"^func (?<name>Test\w*)\(t \*testing\.T\)");

    /// <summary><c>{ actual: candidate(1), expected: 2 },</c> in a table.</summary>
    public static ProgramDialect Go { get; } =
        new()
        {
            Language = "go",
            Head = Pattern(@"^check \{ actual: "), // as Prepare leaves it
            Operator = Pattern(", expected: "),
            Tail = Pattern(@" \},[ \t]*$"),
            Begin = names => $"{names.Results} := \"\"",
            Compare = (names, call, comparisons) =>
                $"{{ {names.Value} := fmt.Sprintf(\"%v\", {call})\n"
                + Lines(
                    comparisons,
                    one =>
                        $"if {names.Value} == fmt.Sprintf(\"%v\", {one.Expected}) "
                        + $"{{ {names.Results} += \"1\" }} else {{ {names.Results} += \"0\" }}"
                )
                + " }",
            End = names => $"fmt.Println(\"\\n{names.Marker}\" + {names.Results})",
            Prepare = tests => Table.Replace(tests, table => Row.Replace(table.Groups["rows"].Value, "check { actual: ") + "}\n"),
            Finish = Finish,
        };

    private static string Finish(string program)
    {
        string name = Test.Matches(program).LastOrDefault()?.Groups["name"].Value ?? "Test";
        return Package.Replace(program, "package main", 1)
            + "\nfunc main() {\n\ttesting.Main(func(string, string) (bool, error) { return true, nil }, "
            + $"[]testing.InternalTest{{{{Name: \"{name}\", F: {name}}}}}, nil, nil)\n}}\n";
    }
}
