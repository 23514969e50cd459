using System.Text.RegularExpressions;

namespace ReflectionCoder.Construction.Programs;

/// <summary>
/// C#: tests are statements such as <c>Debug.Assert(F(1) == 2);</c>, and the solution is local functions, types, or both. A program has one
/// order only: using directives, statements, types.
/// </summary>
internal sealed partial class CSharpTests() : TestLanguage("csharp", "C#")
{
    private const string File = "solution.cs";

    public override string Announcement => "Console.WriteLine(\"All tests passed.\");";

    public override string Print(TestParts test) =>
        test.IsSequence ? $"Console.WriteLine(string.Join(\", \", {test.Call}));" : $"Console.WriteLine({test.Call});";

    public override string Join(string solution, IReadOnlyList<string> tests)
    {
        List<string> usings = [];
        List<string> statements = [];
        List<string> types = [];
        string testText = string.Join('\n', tests);
        Sort(solution, statements);
        int own = statements.Count;
        Sort(testText, statements);
        if (testText.Contains("Debug.", StringComparison.Ordinal) && !usings.Contains("using System.Diagnostics;"))
        {
            usings.Add("using System.Diagnostics;");
        }

        IEnumerable<string> parts =
        [
            string.Join('\n', usings),
            string.Concat(statements.Take(own)),
            string.Concat(statements.Skip(own)),
            string.Concat(types),
        ];
        return string.Join("\n\n", parts.Select(part => part.Trim('\n', ' ')).Where(part => part.Length > 0));

        void Sort(string source, List<string> others)
        {
            foreach (string item in CurlySource.Items(source))
            {
                string code = item[CurlySource.CodeStart(item)..];
                if (Using().IsMatch(code))
                {
                    string directive = item.Trim();
                    if (!usings.Contains(directive))
                    {
                        usings.Add(directive);
                    }
                }
                else
                {
                    (Type().IsMatch(code) ? types : others).Add(item);
                }
            }
        }
    }

    public override TestParts? Read(string test)
    {
        int open = test.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || test[..open].Trim() is not ("Debug.Assert" or "Trace.Assert"))
        {
            return null;
        }

        string condition = CurlySource.Arguments(test, open, out _) is [string first, ..] ? first : "";
        int equal = CurlySource.Find(condition, "==");
        if (equal > 0 && CurlySource.Find(condition, "&&") < 0 && CurlySource.Find(condition, "||") < 0)
        {
            return new TestParts(condition[..equal].Trim(), condition[(equal + 2)..].Trim());
        }

        int sequence = CurlySource.Find(condition, ".SequenceEqual(");
        if (sequence <= 0 || condition.StartsWith('!'))
        {
            return null;
        }

        IReadOnlyList<string> arguments = CurlySource.Arguments(condition, condition.IndexOf('(', sequence), out int close);
        return close == condition.Length - 1 && arguments.Count == 1
            ? new TestParts(condition[..sequence], arguments[0]) { IsSequence = true }
            : null;
    }

    public override ErrorReport? ReadError(string errorOutput, string program) =>
        CompilerErrors.Read(errorOutput, program, File) ?? DotNetErrors.Read(errorOutput, program, File);

    [GeneratedRegex(@"^(global\s+)?using\s+(static\s+)?[\w.]+(\s*=[^;]+)?\s*;", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();

    [GeneratedRegex(
        @"^(\[[^\]]*\]\s*)*((public|internal|private|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*"
            + @"(class|struct|record|interface|enum|delegate|namespace)\s",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Type();
}
