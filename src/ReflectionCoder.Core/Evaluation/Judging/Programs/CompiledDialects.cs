using static ReflectionCoder.Evaluation.Judging.Programs.ProgramDialect;
using static ReflectionCoder.Evaluation.Judging.Programs.ProgramDialects;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>Languages whose tests are the statements of a main program.</summary>
internal static class CompiledDialects
{
    /// <summary><c>assert(candidate((1)) == (2));</c> in <c>main</c>.</summary>
    public static ProgramDialect Cpp { get; } =
        new()
        {
            Language = "cpp",
            Head = Pattern(@"^[ \t]*assert\("),
            Operator = Pattern(@"\s*==\s*"),
            Tail = Pattern(@"\)\s*;"),
            // Nothing here needs a header: a problem may not include it.
            Begin = names => $"char {names.Results}[{names.Comparisons} + 1] = {{}}; int {names.Other} = 0;",
            Compare = (names, call, comparisons) =>
                $"{{ auto {names.Value} = {call};\n"
                + Lines(comparisons, one => $"{names.Results}[{names.Other}++] = ({names.Value}{one.Operator}{one.Expected}) ? '1' : '0';")
                + " }",
            End = names => $"__builtin_printf(\"\\n%s%s\\n\", \"{names.Marker}\", {names.Results});",
        };

    /// <summary><c>assert(name((1l)).equals((2l)));</c> in <c>main</c> of a class.</summary>
    public static ProgramDialect Java { get; } =
        new()
        {
            Language = "java",
            Head = Pattern(@"^[ \t]*assert\s*\("),
            Operator = Pattern(@"\s*==\s*|\.equals(?=\()"),
            Tail = Pattern(@"\)\s*;"),
            ClosingBraces = 2,
            Begin = names => $"java.lang.StringBuilder {names.Results} = new java.lang.StringBuilder();",
            Compare = (names, call, comparisons) =>
                $"{{ var {names.Value} = {call};\n"
                + Lines(comparisons, one => $"{names.Results}.append({names.Value}{one.Operator}{one.Expected} ? '1' : '0');")
                + " }",
            End = names => $"System.out.println(\"\\n{names.Marker}\" + {names.Results});",
        };

    /// <summary><c>Debug.Assert(Name((1L)).Equals((2L)));</c> in <c>Main</c> of a class.</summary>
    public static ProgramDialect CSharp { get; } =
        new()
        {
            Language = "csharp",
            Head = Pattern(@"^[ \t]*Debug\.Assert\s*\("),
            Operator = Pattern(@"\s*==\s*|\.(Equals|SequenceEqual)(?=\()"),
            Tail = Pattern(@"\)\s*;"),
            ClosingBraces = 2,
            Begin = names => $"var {names.Results} = new System.Text.StringBuilder();",
            Compare = (names, call, comparisons) =>
                $"{{ var {names.Value} = {call};\n"
                + Lines(comparisons, one => $"{names.Results}.Append({names.Value}{one.Operator}{one.Expected} ? '1' : '0');")
                + " }",
            End = names => $"System.Console.WriteLine(\"\\n{names.Marker}\" + {names.Results});",
        };

    /// <summary><c>assert_eq!(candidate(1), 2);</c> in <c>main</c>.</summary>
    public static ProgramDialect Rust { get; } =
        new()
        {
            Language = "rust",
            Head = Pattern(@"^[ \t]*assert_eq!\("),
            Operator = Pattern(@",\s*"),
            Tail = Pattern(@"\)\s*;"),
            Begin = names => $"let mut {names.Results} = String::new();",
            Compare = (names, call, comparisons) =>
                $"{{ let {names.Value} = {call};\n"
                + Lines(comparisons, one => $"{names.Results}.push_str(if ({names.Value} == {one.Expected}) {{ \"1\" }} else {{ \"0\" }});")
                + " }",
            End = names => $"println!(\"\\n{names.Marker}{{}}\", {names.Results});",
        };

    /// <summary><c>assert(name(x: 1) == 2)</c> at the top level.</summary>
    public static ProgramDialect Swift { get; } =
        new()
        {
            Language = "swift",
            Head = Pattern(@"^[ \t]*assert\("),
            Operator = Pattern(@"\s*==\s*"),
            Tail = Pattern(@"\)[ \t]*$"),
            ClosingBraces = 0,
            Begin = names => $"var {names.Results} = \"\"",
            Compare = (names, call, comparisons) =>
                $"do {{ let {names.Value} = {call}\n"
                + Lines(comparisons, one => $"{names.Results} += ({names.Value}{one.Operator}{one.Expected}) ? \"1\" : \"0\"")
                + "\n}",
            End = names => $"print(\"\\n{names.Marker}\" + {names.Results})",
        };
}
