using static ReflectionCoder.Evaluation.Judging.Programs.ProgramDialect;
using static ReflectionCoder.Evaluation.Judging.Programs.ProgramDialects;

namespace ReflectionCoder.Evaluation.Judging.Programs;

/// <summary>Languages whose tests are the statements of a function that the program calls at its end.</summary>
internal static class ScriptDialects
{
    /// <summary><c>assert.deepEqual(candidate(1),2);</c> in <c>test</c>.</summary>
    public static ProgramDialect JavaScript { get; } =
        new()
        {
            Language = "javascript",
            Head = Pattern(@"^[ \t]*assert\.deepEqual\("),
            Operator = Pattern(@",\s*"),
            Tail = Pattern(@"\)\s*;"),
            Begin = names =>
                $"let {names.Results} = '';\nconst {names.Other} = (value, expected) => "
                + $"{{ try {{ assert.deepEqual(value, expected); {names.Results} += '1'; }} "
                + $"catch (error) {{ {names.Results} += '0'; }} }};",
            Compare = (names, call, comparisons) =>
                $"{{ const {names.Value} = {call};\n" + Lines(comparisons, one => $"{names.Other}({names.Value}, {one.Expected});") + " }",
            End = names => $"console.log('\\n{names.Marker}' + {names.Results});",
        };

    /// <summary>As in JavaScript.</summary>
    public static ProgramDialect TypeScript { get; } =
        JavaScript with
        {
            Language = "typescript",
            Finish = program => "// @strict: false\n" + program, // MultiPL-E calls tsc without --strict
        };

    /// <summary><c>if (candidate(1) !== 2) { throw new Exception("Test failed!"); }</c> in <c>test</c>.</summary>
    public static ProgramDialect Php { get; } =
        new()
        {
            Language = "php",
            Head = Pattern(@"^[ \t]*if \("),
            Operator = Pattern(@"\s*!==\s*"),
            Tail = Pattern("\\) \\{ throw new Exception\\(\"Test failed!\"\\); \\}"),
            Begin = names => $"${names.Results} = '';",
            Compare = (names, call, comparisons) =>
                $"${names.Value} = {call};\n"
                + Lines(comparisons, one => $"${names.Results} .= ((${names.Value} === {one.Expected}) ? '1' : '0');"),
            End = names => $"echo \"\\n{names.Marker}\", ${names.Results}, \"\\n\";",
        };

    /// <summary><c>[[ $(candidate "1") = "2" ]]</c> in <c>run_test</c>.</summary>
    public static ProgramDialect Bash { get; } =
        new()
        {
            Language = "bash",
            Head = Pattern(@"^[ \t]*\[\[ "),
            Operator = Pattern(" = "),
            Tail = Pattern(@" \]\][ \t]*$"),
            Begin = names => $"{names.Results}=''",
            // In a condition, the exit code of the solution doesn't end a script after set -e.
            Compare = (names, call, comparisons) =>
                $"{names.Value}={call} || true\n"
                + Lines(
                    comparisons,
                    one => $"if [[ ${names.Value} = {one.Expected} ]]; then {names.Results}+=1; else {names.Results}+=0; fi"
                ),
            End = names => $"printf '\\n%s%s\\n' '{names.Marker}' \"${names.Results}\"",
        };
}
