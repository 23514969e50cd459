using System.Text.RegularExpressions;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Chat;

/// <summary>Finds the tests in what the author's model wrote, and judges them.</summary>
internal static partial class AuthorTests
{
    private static readonly HashSet<string> CommonNames =
    [
        "assert",
        "catch",
        "for",
        "if",
        "len",
        "log",
        "main",
        "print",
        "println",
        "printf",
        "require",
        "return",
        "switch",
        "while",
    ];

    /// <summary>
    /// Splits Python source in front of its tests: the first assert, test function or main guard at top level behind which no other
    /// function is defined. <c>Tests</c> is empty if there are none.
    /// </summary>
    public static (string Solution, string Tests) SplitPython(string source)
    {
        PythonSource python = PythonSource.Parse(source + "\n");
        List<PythonLine> top = [.. python.Lines.Where(line => line.Indentation == 0)];
        int begin = top.Count;
        while (begin > 0 && !DefinesSolution(python, top[begin - 1]))
        {
            begin--;
        }

        PythonLine? first = top.Skip(begin).FirstOrDefault(line => BeginsTests(python, line));
        string tests = first is null ? "" : source[first.Start..].Trim('\n');
        return first is null || Count(tests, "python") == 0 ? (source, "") : (source[..first.Start].TrimEnd(), tests);
    }

    /// <summary>How many tests run. Python's asserts inside a function count only if the tests call it.</summary>
    public static int Count(string tests, string language)
    {
        if (language != "python")
        {
            return Check().Count(tests) + (language is "c" or "cpp" ? FailingExit().Count(tests) : 0);
        }

        PythonSource source = PythonSource.Parse(tests + "\n");
        return source.Lines.Count(line => source.Is(line.First, "assert") && Runs(source, line));
    }

    /// <summary>Whether the tests use a function or class that the solution defines.</summary>
    public static bool Use(string tests, string solution, string? entryPoint)
    {
        HashSet<string> words = [.. Word().Matches(tests).Select(match => match.Value)];
        return entryPoint is not null ? words.Contains(entryPoint) : Definitions(solution).Any(words.Contains);
    }

    /// <summary>The part of a block of Python tests that holds no second copy of the solution.</summary>
    public static string WithoutSolution(string tests, string solution)
    {
        HashSet<string> defined = [.. PythonSource.Parse(solution + "\n").Functions.Select(function => function.Name)];
        bool repeats = PythonSource.Parse(tests + "\n").Functions.Any(function => defined.Contains(function.Name));
        return repeats ? SplitPython(tests).Tests : tests;
    }

    private static IEnumerable<string> Definitions(string solution) =>
        Definition().Matches(solution).Select(match => match.Groups["name"].Value).Where(name => !CommonNames.Contains(name));

    private static bool BeginsTests(PythonSource source, PythonLine line) =>
        source.Is(line.First, "assert")
        || (source.Is(line.First, "if") && source.Is(line.First + 1, "__name__"))
        || (source.Is(line.First, "def") && IsTestName(source.Code[Math.Min(line.First + 1, line.Last)].Text));

    private static bool DefinesSolution(PythonSource source, PythonLine line) =>
        source.IsAny(line.First, "class", "@", "async")
        || (source.Is(line.First, "def") && !IsTestName(source.Code[Math.Min(line.First + 1, line.Last)].Text));

    private static bool IsTestName(string name) => name.StartsWith("test", StringComparison.Ordinal) || name is "check" or "run_tests";

    private static bool Runs(PythonSource source, PythonLine line)
    {
        PythonFunction? function = source.Functions.FirstOrDefault(one => one.Header.Index < line.Index && line.Index < one.BodyEnd);
        return function is null
            || source.Lines.Any(other =>
                (other.Index < function.Header.Index || other.Index >= function.BodyEnd)
                && Enumerable
                    .Range(other.First, other.Last - other.First + 1)
                    .Any(i => source.Is(i, function.Name) && source.Is(i + 1, "("))
            );
    }

    [GeneratedRegex(
        @"\w*assert\w*|\bexpect\b|\bthrow\b|\bpanic\b|\bexit\b|\babort\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        5000
    )]
    private static partial Regex Check();

    /// <summary>What ends a main function of C or C++ with an error.</summary>
    [GeneratedRegex(@"\breturn\s+([1-9]\d*|EXIT_FAILURE)\s*;", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FailingExit();

    [GeneratedRegex(@"[A-Za-z_$]\w*", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Word();

    [GeneratedRegex(
        @"\b(class|struct|record|enum|interface|def|function|fn|func|const|let|var)\s+(?<name>[A-Za-z_$]\w*)"
            + @"|\b(?<name>[A-Za-z_$]\w+)\s*(<[\w, ]+>)?\(",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Definition();
}
