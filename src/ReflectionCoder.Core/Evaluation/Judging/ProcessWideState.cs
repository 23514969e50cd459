using System.Text.RegularExpressions;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>Finds tests that change or look at something of the whole process, which a solution in another wouldn't share.</summary>
/// <remarks>
/// By the text of the tests alone. A pattern is here only if two processes would give a right solution another verdict than one. Random
/// numbers that only make the tests' inputs, copies of plain data and files are as good in two processes, so they aren't.
/// </remarks>
internal static partial class ProcessWideState
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Regex Touches = new(
        string.Join(
            '|',
            [
                // Replaces functions that the solution calls, such as input.
                @"\b(unittest\.mock|monkeypatch|MagicMock)\b",
                @"\bmock\.\w",
                @"\bpatch(\.\w+)?\(",
                @"\bbuiltins\.\w",
                @"\b__builtins__\b",
                // Looks at what the solution prints.
                @"\b(redirect_stdout|redirect_stderr|capsys|assertLogs)\b",
                // State that the solution reads.
                @"\bos\.environ\s*(\[|\.(update|pop|setdefault|clear)\b)",
                @"\bos\.(putenv|unsetenv|chdir|umask)\b",
                @"\bsys\.(setrecursionlimit|set_int_max_str_digits|settrace|setprofile)\b",
                @"\b(getcontext|setcontext|localcontext)\(",
                @"\b(setlocale|seterr|errstate|set_printoptions|printoptions|tzset)\b",
                // State that the solution leaves.
                @"\bwarnings\.(catch_warnings|simplefilter|filterwarnings)\b",
                @"\b(assertWarns|addHandler|contextvars|ContextVar)\b",
                @"\blogging\.(getLogger|basicConfig|disable)\b",
                // The solution's functions and objects themselves, of which the other process has stand-ins.
                @"\binspect\.\w",
                @"\b(getsource|getrefcount)\(",
                @"\bsys\.(modules|_getframe)\b",
                @"\b(importlib|gc|weakref|tracemalloc|pickle|ctypes)\.\w",
                @"\bglobals\(\)",
                // Calls from several threads, or of coroutines, and signals that interrupt the solution.
                @"\b(threading|asyncio|concurrent|multiprocessing|signal)\.\w",
                @"\b(Thread|ThreadPoolExecutor|ProcessPoolExecutor)\(",
                @"\basync\s+(def|with|for)\b",
            ]
        ),
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Patience
    );

    /// <summary>Whether the tests of a task touch such state.</summary>
    public static bool IsTouchedBy(PythonTests tests)
    {
        string text = Strings().Replace(tests.Setup + "\n" + tests.Test, "''");
        return Touches.IsMatch(text) || SeedsForTheSolution(text) || ReplacesPartsOfModules(text);
    }

    /// <summary>Whether the tests set a seed and don't draw from it themselves: the solution does.</summary>
    private static bool SeedsForTheSolution(string text) => Seed().IsMatch(text) && !Draw().IsMatch(text);

    /// <summary>Whether the tests assign to a name of a module, as in <c>sys.stdin = ...</c> or <c>time.time = ...</c>.</summary>
    private static bool ReplacesPartsOfModules(string text)
    {
        var modules = Import()
            .Matches(text)
            .SelectMany(match => match.Groups["list"].Value.Split(','))
            .Select(part => part.Split(" as ")[^1].Trim().Split('.')[0])
            .ToHashSet();
        return AttributeAssignment().Matches(text).Any(match => modules.Contains(match.Groups["module"].Value));
    }

    [GeneratedRegex(
        "(?s)\"\"\".*?\"\"\"|'''.*?'''|\"(\\\\.|[^\"\\\\\n])*\"|'(\\\\.|[^'\\\\\n])*'|#[^\n]*",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        20000
    )]
    private static partial Regex Strings();

    [GeneratedRegex(@"\brandom\.seed\(", RegexOptions.CultureInvariant, 20000)]
    private static partial Regex Seed();

    [GeneratedRegex(@"\brandom\.(?!seed\b|Random\b)\w+\(", RegexOptions.CultureInvariant, 20000)]
    private static partial Regex Draw();

    [GeneratedRegex(@"^[ \t]*import[ \t]+(?<list>[^\n;]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant, 20000)]
    private static partial Regex Import();

    [GeneratedRegex(
        @"^[ \t]*(setattr\((?<module>\w+),|(?<module>\w+)(\.\w+)+[ \t]*=[^=])",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        20000
    )]
    private static partial Regex AttributeAssignment();
}
