using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Curation;

/// <summary>Cuts tests off the end of a program.</summary>
internal static class TestTail
{
    // What begins a line that tests or shows something, or a comment, in languages other than Python.
    private static readonly string[] Beginnings =
    [
        "assert",
        "console.",
        "print",
        "puts ",
        "echo ",
        "fmt.Print",
        "System.out.",
        "Console.Write",
        "Debug.Assert",
        "Trace.Assert",
        "//",
    ];

    /// <summary>First lines that a program has for the sake of its tests.</summary>
    private static readonly string[] Heads = ["const assert = require(\"assert\");", "using System.Diagnostics;"];

    /// <summary>Removes what tests a program.</summary>
    /// <param name="program">A program and its tests.</param>
    /// <param name="language">Its language, such as <c>python</c>.</param>
    /// <param name="tests">The tests if they are known; may be empty.</param>
    /// <returns>
    /// What comes before the first known test, and then before the lines at the end that test or show something. If that would leave
    /// nothing, they stay.
    /// </returns>
    public static string Remove(string program, string language, IReadOnlyList<string> tests)
    {
        string own = WithoutHead(BeforeFirst(tests, program));
        // What shows values of the tested calls stands before the first test.
        int tail = language == "python" ? PythonTail(own) : Tail(own);
        return string.IsNullOrWhiteSpace(own[..tail]) ? own : own[..tail];
    }

    private static string BeforeFirst(IReadOnlyList<string> tests, string program)
    {
        HashSet<string> firstLines = [.. tests.Select(FirstLine).Where(line => line.Length > 0)];
        int start = 0;
        while (firstLines.Count > 0 && start < program.Length)
        {
            int end = program.IndexOf('\n', start) is >= 0 and int found ? found + 1 : program.Length;
            if (start > 0 && firstLines.Contains(program[start..end].Trim()))
            {
                return program[..start];
            }

            start = end;
        }

        return program;
    }

    /// <summary>Removes the first line if tests alone need it.</summary>
    private static string WithoutHead(string program)
    {
        int end = program.IndexOf('\n');
        return end >= 0 && Heads.Contains(program[..end].Trim()) ? program[(end + 1)..] : program;
    }

    private static string FirstLine(string test) => test.TrimStart().Split('\n')[0].Trim();

    /// <summary>Where the last statements begin that are at the top level and no definition, import or assignment.</summary>
    private static int PythonTail(string program)
    {
        PythonSource source = PythonSource.Parse(program);
        int start = program.Length;
        for (int i = source.Lines.Count - 1; i >= 0; i--)
        {
            PythonLine line = source.Lines[i];
            if (line.Indentation > 0)
            {
                continue; // belongs to the header above
            }

            if (source.IsHeader(line) ? !IsTestBlock(source, line) : !IsTestStatement(source, line))
            {
                break;
            }

            start = line.Start;
        }

        return start;
    }

    /// <summary>A function, a class or a decorator defines something, unless it is named as a test.</summary>
    private static bool IsTestBlock(PythonSource source, PythonLine line) =>
        !source.IsAny(line.First, "def", "class", "async", "@")
        || (source.IsAny(line.First, "def", "class") && line.Last > line.First && IsTestName(source.Code[line.First + 1].Text));

    private static bool IsTestStatement(PythonSource source, PythonLine line)
    {
        if (source.IsAny(line.First, "import", "from", "@"))
        {
            return false;
        }

        for (int i = line.First; i <= line.Last; i++)
        {
            if (source.Code[i].Depth == 0 && source.Is(i, "="))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same for other languages, by the lines' beginnings.</summary>
    private static int Tail(string program)
    {
        int start = program.Length;
        int end = program.Length;
        while (end > 0)
        {
            int begin = end < 2 ? 0 : program.LastIndexOf('\n', end - 2) + 1;
            string line = program[begin..end].Trim();
            if (line.Length > 0 && !IsTestLine(line))
            {
                break;
            }

            start = begin;
            end = begin;
        }

        return start;
    }

    private static bool IsTestName(string name) =>
        name == "check" || name.StartsWith("test", StringComparison.Ordinal) || name.StartsWith("Test", StringComparison.Ordinal);

    private static bool IsTestLine(string line) =>
        Array.Exists(Beginnings, beginning => line.StartsWith(beginning, StringComparison.Ordinal))
        || (line[0] == '#' && !line.StartsWith("#include", StringComparison.Ordinal) && !line.StartsWith("#[", StringComparison.Ordinal));
}
