using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>
/// Programs that don't solve the task and want to pass. Each fools a scorer that runs program and tests as one file and trusts the exit
/// code, or the word that the last line prints; none fools the judge, which passes the solution of the same tests.
/// </summary>
public sealed class CheatsInOneProcessTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private const string Word = "all tests passed";
    private const string Solution = "def f(x): return x + 1";

    private const string Yes = """
        class Yes:
            __class__ = property(lambda self: int)
            def __eq__(self, other): return True
            def __hash__(self): return 2
            def __bool__(self): return True

        """;

    private static readonly SandboxLimits Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(1));

    /// <summary>Tests of several styles, all of the same task.</summary>
    private static readonly Dictionary<string, PythonTests> Styles = new()
    {
        ["asserts"] = Tests(
            "def check(candidate):\n    assert candidate(1) == 2, 1\n    assert candidate(4) == 5\n    assert candidate(7) == 8\ncheck(f)"
        ),
        ["types"] = Tests("assert isinstance(f(1), int) and f(1) == 2\nassert f(4) == 5\nassert f(1) in {2, 3}"),
        ["lists"] = Tests("inputs = [1, 4, 7]\nresults = [2, 5, 8]\nfor i, r in zip(inputs, results):\n    assert f(i) == r"),
        ["builtins"] = Tests("assert all([f(1) == 2, f(4) == 5])\nassert all(f(x) == y for x, y in [(2, 3), (7, 8)])"),
        ["imports"] = Tests("import math\nassert math.isclose(f(1), 2)\nassert math.isclose(f(4), 5)"),
        ["helper"] = Tests("def verify(got, wanted):\n    assert got == wanted\nverify(f(1), 2)\nverify(f(4), 5)\nverify(f(7), 8)"),
        ["property"] = Tests("def larger(a, b):\n    return a == b + 1\nfor x in (1, 4, 7):\n    y = f(x)\n    assert larger(y, x)"),
        ["raise"] = Tests("if f(1) != 2:\n    raise AssertionError('one')\nif f(4) != 5:\n    raise AssertionError('four')"),
        ["unittest"] = Tests("import unittest\nt = unittest.TestCase()\nt.assertEqual(f(1), 2)\nt.assertEqual(f(4), 5)"),
    };

    /// <summary>What it does, the style of the tests, the program.</summary>
    public static TheoryData<string, string, string> Cheats { get; } =
        new()
        {
            { "equals everything", "asserts", Yes + "def f(x): return Yes()" },
            { "lies about its class and hash", "types", Yes + "def f(x): return Yes()" },
            {
                "reads the expected value in the caller's frame",
                "asserts",
                """
                    import dis, sys
                    def f(x):
                        caller = sys._getframe(1)
                        later = [i for i in dis.get_instructions(caller.f_code) if i.offset > caller.f_lasti]
                        return next(i.argval for i in later if i.opname == 'LOAD_CONST')
                    """
            },
            { "reads the loop's variable", "lists", "import sys\ndef f(x): return sys._getframe(1).f_globals['r']" },
            { "changes the loop's variable", "lists", "import sys\ndef f(x): sys._getframe(1).f_globals['r'] = 0; return 0" },
            {
                "finds the list among all objects",
                "lists",
                """
                    import gc
                    def f(x):
                        for item in gc.get_objects():
                            if type(item) is dict and 'inputs' in item and 'results' in item:
                                return item['results'][item['inputs'].index(x)]
                    """
            },
            {
                "equals everything that is checked by raise",
                "raise",
                Yes + "    def __ne__(self, other): return False\ndef f(x): return Yes()"
            },
            { "ends when imported", "asserts", "import sys\nsys.exit(0)" },
            { "ends when called", "asserts", "def f(x): raise SystemExit(0)" },
            { "ends the process", "asserts", "import os\ndef f(x): os._exit(0)" },
            { "replaces all", "builtins", "import builtins\nbuiltins.all = lambda *a: True\ndef f(x): return 0" },
            { "defines all", "builtins", "def all(*a): return True\ndef f(x): return 0" },
            {
                "replaces isinstance and more",
                "types",
                Yes.Replace("__class__", "other", StringComparison.Ordinal)
                    + "import builtins\nbuiltins.isinstance = lambda *a: True\ndef f(x): return Yes()"
            },
            {
                "replaces __import__",
                "imports",
                """
                    import builtins, types
                    genuine = builtins.__import__
                    def fake(name, *rest): return types.SimpleNamespace(isclose=lambda *a: True) if name == 'math' else genuine(name, *rest)
                    builtins.__import__ = fake
                    def f(x): return 0
                    """
            },
            { "replaces a function of a module", "imports", "import math\nmath.isclose = lambda *a: True\ndef f(x): return 0" },
            {
                "replaces AssertionError",
                "raise",
                """
                    import builtins
                    class Ends(SystemExit):
                        def __init__(self, *a): super().__init__(0)
                    builtins.AssertionError = Ends
                    def f(x): return 0
                    """
            },
            { "replaces assertEqual", "unittest", "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef f(x): return 0" },
            {
                "jumps over the asserts",
                "asserts",
                """
                    import sys
                    def f(x):
                        caller = sys._getframe(1)
                        def jump(frame, event, argument):
                            if event == 'line':
                                frame.f_lineno = frame.f_code.co_firstlineno + 3
                                frame.f_trace = None
                            return jump
                        sys.settrace(lambda *a: None)
                        caller.f_trace = jump
                        return caller.f_code.co_consts[-1] if x == 7 else Yes()
                    """
                    + "\n"
                    + Yes
            },
            {
                "changes the constants of the tests' code",
                "asserts",
                """
                    import ctypes, sys
                    kept = []
                    def f(x):
                        constants = sys._getframe(1).f_code.co_consts
                        for place, value in enumerate(constants):
                            if type(value) is int:
                                kept.append(Yes())
                                ctypes.c_ssize_t.from_address(id(constants) + 24 + 8 * place).value = id(kept[-1])
                        return Yes()
                    """
                    + "\n"
                    + Yes
            },
            {
                "changes the code of the tests' function",
                "helper",
                "import sys\ndef f(x): sys._getframe(1).f_globals['verify'].__code__ = (lambda got, wanted: None).__code__"
            },
            {
                "replaces what the tests compare with",
                "property",
                "import sys\ndef f(x): sys._getframe(1).f_globals['larger'] = lambda *a: True"
            },
            { "prints the word", "asserts", $"print('{Word}')\ndef f(x): return 0" },
            {
                "writes into everything that is open",
                "asserts",
                $$"""
                    import os
                    def f(x): return 0
                    for text in (b'{{Word}}', b'passed', b'D' + bytes(16), b'F' + (2).to_bytes(4, 'little') + b'{}'):
                        for descriptor in range(1, 64):
                            try:
                                os.set_blocking(descriptor, False)
                                os.write(descriptor, text)
                            except OSError:
                                pass
                    """
            },
            {
                "leaves a thread",
                "asserts",
                """
                    import os, threading, time
                    def f(x): return 0
                    def end():
                        time.sleep(0.02)
                        os._exit(0)
                    threading.Thread(target=end).start()
                    """
            },
            { "leaves an exit handler", "asserts", "import atexit, os\natexit.register(os._exit, 0)\ndef f(x): return 0" },
            { "handles its exception", "asserts", "import os, sys\nsys.excepthook = lambda *a: os._exit(0)\ndef f(x): return 0" },
            { "ends by a BaseException of its own", "asserts", "class E(SystemExit, KeyboardInterrupt): pass\ndef f(x): raise E(0)" },
            {
                "tries all values in copies of itself",
                "asserts",
                """
                    import os
                    def f(x):
                        for guess in range(12):
                            copy = os.fork()
                            if copy == 0:
                                return guess
                            if os.waitpid(copy, 0)[1] == 0:
                                os._exit(0)
                        os._exit(1)
                    """
            },
            {
                "kills its parent",
                "asserts",
                "import os, signal\ndef f(x):\n    try:\n        os.kill(os.getppid(), signal.SIGKILL)\n    finally:\n        os._exit(0)"
            },
            {
                "is ended by a signal handler",
                "asserts",
                "import os, signal, time\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0))\n"
                    + "signal.setitimer(signal.ITIMER_REAL, 0.01)\n"
                    + "def f(x): time.sleep(1)"
            },
            {
                "says as the harness does that the tests have passed",
                "asserts",
                """
                    import os, sys
                    def f(x):
                        frame = sys._getframe()
                        while frame and 'sending' not in frame.f_locals:
                            frame = frame.f_back
                        if frame:
                            os.write(frame.f_locals['sending'], b'D')
                            os.write(frame.f_locals['sending'], os.read(frame.f_locals['receiving'], 16))
                        os._exit(0)
                    """
            },
        };

    [Theory]
    [MemberData(nameof(Cheats))]
    public async Task Judge_Cheat_FailsThoughItFoolsATrustingScorer(string what, string style, string code)
    {
        PythonTests tests = Styles[style];
        Assert.True(await FoolsATrustingScorerAsync(tests, code), what + " fools nobody");
        Verdict verdict = await JudgeAsync(tests, code);
        Assert.False(verdict.Passed, what);
        Assert.True(verdict.Outcome == SandboxOutcome.Crashed || verdict.Details.Length > 0);
    }

    [Fact]
    public async Task Judge_SolutionOfTheSameTests_Passes()
    {
        Assert.False(await FoolsATrustingScorerAsync(Styles["asserts"], "def f(x): return 0"));
        foreach ((string style, PythonTests tests) in Styles)
        {
            Verdict verdict = await JudgeAsync(tests, Solution);
            Assert.True(verdict.Passed, style + ": " + verdict.Details);
        }
    }

    private static PythonTests Tests(string test) =>
        new()
        {
            Test = test + "\n",
            EntryPoints = ["f"],
            ReferenceSolution = Solution,
        };

    private async Task<bool> FoolsATrustingScorerAsync(PythonTests tests, string code)
    {
        SandboxResult run = await fixture.RunAsync($"{code}\n{tests.Test}\nprint('{Word}')\n", Limits);
        return run.Outcome == SandboxOutcome.Passed || run.StandardOutput.Contains(Word, StringComparison.Ordinal);
    }

    private Task<Verdict> JudgeAsync(PythonTests tests, string code)
    {
        fixture.SkipIfUnavailable();
        return GuardedJudge.JudgeAsync(tests, code, fixture.Sandbox, Limits, CancellationToken.None);
    }
}
