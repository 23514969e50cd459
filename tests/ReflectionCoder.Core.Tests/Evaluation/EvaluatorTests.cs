using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation;

public sealed class EvaluatorTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly EvaluatorOptions Quick = new()
    {
        MaxConcurrency = 4,
        Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(1)),
    };

    [Theory]
    [InlineData("def f(x):\n    return x + 1", "assert f(1) == 2\nassert f(x=2) == 3")]
    [InlineData("def f(n):\n    yield from range(n)", "assert list(f(3)) == [0, 1, 2]\nassert sum(f(3)) == 3")]
    [InlineData(
        "from collections import namedtuple, Counter, deque, defaultdict\nP = namedtuple('P', 'a b')\ndef f():\n    return P(1, 2), "
            + "Counter('aab'), deque([1]), defaultdict(int, a=1)",
        "assert f() == ((1, 2), {'a': 2, 'b': 1}, __import__('collections').deque([1]), {'a': 1})"
    )]
    [InlineData(
        "class f:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x); return self",
        "s = f()\nassert s.push(1).push(2).items == [1, 2]\nassert s.push(3) is s"
    )]
    [InlineData(
        "class Pair:\n    def __init__(self, a, b): self.a, self.b = a, b\ndef f(pairs): return sum(p.a * p.b for p in pairs)",
        "assert f([Pair(1, 2), Pair(3, 4)]) == 14"
    )]
    [InlineData(
        "def f(g, h):\n    return lambda x: g(h(x))",
        "assert f(lambda x: x + 1, lambda x: x * 2)(5) == 11\nassert f(len, str)(1234) == 4"
    )]
    [InlineData(
        "def f(key, items): return sorted(items, key=key)",
        "assert f(lambda s: -len(s), ['a', 'bbb', 'cc']) == ['bbb', 'cc', 'a']\nassert f(str.lower, ['B', 'a']) == ['a', 'B']"
    )]
    [InlineData(
        "def f(d): return d.keys(), d.items(), d.values()",
        "k, i, v = f({1: 2})\nassert k == {1} and i == {(1, 2)} and list(v) == [2]"
    )]
    [InlineData(
        "def f(x):\n    if x < 0: raise ValueError('negative')\n    return x",
        "try:\n    f(-1)\n    assert False\nexcept ValueError as error:\n    assert str(error) == 'negative'"
    )]
    [InlineData(
        "def f(x):\n    try:\n        return x()\n    except KeyError as error:\n        return 'caught'",
        "def bad(): return {}['a']\nassert f(bad) == 'caught'"
    )]
    [InlineData(
        "from decimal import Decimal\nfrom fractions import Fraction\nfrom datetime import date\ndef f(): return Decimal('1.5'), "
            + "Fraction(1, 3), date(2024, 1, 2), float('inf'), 1j, b'x', None, ..., range(3)",
        "from decimal import Decimal\nfrom fractions import Fraction\nfrom datetime import date\nassert f() == (Decimal('1.5'), "
            + "Fraction(1, 3), date(2024, 1, 2), float('inf'), 1j, b'x', None, ..., range(3))"
    )]
    [InlineData("import math\ndef f(): return math.pi", "assert math.isclose(f(), 3.14159265, rel_tol=1e-6)")]
    [InlineData("import sys\nsys.setrecursionlimit(5000)\ndef f(n): return n if n == 0 else f(n - 1)", "assert f(3000) == 0")]
    [InlineData("def f(): return print('noise' * 100000)", "assert f() is None\nprint('more noise' * 100000)")]
    [InlineData("memo = {}\ndef f(x):\n    memo[x] = memo.get(x, 0) + 1\n    return memo[x]", "assert f(1) == 1\nassert f(1) == 2")]
    [InlineData("if __name__ == '__main__':\n    raise SystemExit(1)\ndef f(): return 1", "assert f() == 1")]
    public async Task Evaluate_RightSolution_Passes(string code, string test) => AssertPassed(await TestAsync(code, test));

    [Theory]
    [InlineData("def f(x):\n    return x", "AssertionError", SandboxOutcome.Failed)]
    [InlineData("def f(x)\n    return x", "SyntaxError: expected ':'", SandboxOutcome.Failed)]
    [InlineData("def g(x):\n    return x + 1", "NameError: name 'f' is not defined", SandboxOutcome.Failed)]
    [InlineData("def f(x):\n    return x / 0", "ZeroDivisionError: division by zero", SandboxOutcome.Failed)]
    [InlineData("def f(x):\n    return f(x)", "RecursionError", SandboxOutcome.Failed)]
    [InlineData("def f(x):\n    while True: pass", "", SandboxOutcome.CpuTimeExceeded)]
    [InlineData("while True: pass", "", SandboxOutcome.CpuTimeExceeded)]
    [InlineData("def f(x):\n    return bytearray(10 << 30)", "MemoryError", SandboxOutcome.Failed)]
    public async Task Evaluate_WrongSolution_FailsWithReason(string code, string error, SandboxOutcome outcome)
    {
        EvaluationResult result = await TestAsync(code, "assert f(1) == 2");
        Assert.Equal((false, outcome), (result.Passed, result.Outcome));
        Assert.StartsWith(error, result.Error);
    }

    /// <summary>Ways in which scorers have been fooled.</summary>
    [Theory]
    [InlineData("import sys; sys.exit(0)")]
    [InlineData("import os; os._exit(0)")]
    [InlineData("def f(x):\n    import os; os._exit(0)")]
    [InlineData("def f(x):\n    raise SystemExit(0)")]
    [InlineData("import atexit, os\natexit.register(os._exit, 0)\ndef f(x): return 0")]
    [InlineData("class Yes:\n    def __eq__(self, other): return True\n    def __bool__(self): return True\ndef f(x): return Yes()")]
    [InlineData("class Yes(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__\ndef f(x): return Yes(7)")]
    [InlineData(
        "class Yes(str):\n    def __eq__(self, other): return True\n    def __reduce__(self): return (eval, ('2',))\ndef f(x): return "
            + "Yes(7)"
    )]
    [InlineData("class Yes:\n    def __reduce__(self): return (eval, ('__import__(\"os\").write(1, b\"x\")',))\ndef f(x): return [Yes()]")]
    [InlineData(
        "import builtins\nbuiltins.AssertionError = Exception\nbuiltins.all = lambda *a: True\nall = any = isinstance = lambda *a: "
            + "True\ndef f(x): return 0"
    )]
    [InlineData("def check(*a): pass\ndef assertion(*a): pass\ndef f(x): return 0")]
    [InlineData("import os, signal\ndef f(x): os.kill(os.getppid(), signal.SIGKILL)")]
    [InlineData("import sys, threading\nthreading.Thread(target=sys.exit, args=(0,)).start()\ndef f(x): return 0")]
    [InlineData("import os\ndef f(x):\n    if os.fork() == 0: os.setsid()\n    os._exit(0)")]
    public async Task Evaluate_ProgramThatEndsOrLies_DoesNotPass(string code)
    {
        EvaluationResult result = await TestAsync(code, "assert f(1) == 2, 'wrong'\nassert all([f(1) == 2])");
        Assert.False(result.Passed);
        Assert.NotEqual(SandboxOutcome.Passed, result.Outcome);
    }

    [Fact]
    public async Task Evaluate_ProgramThatSearchesForTheTests_FindsNone()
    {
        // Everything within reach: frames, objects, its source file, descriptors, the parent's files and memory.
        const string Code = """
            import ctypes, gc, os, re, sys
            seen = []
            def look(text):
                seen.extend(re.findall("needle[-]in[-]the[-]tests|\\b[0-9a-f]{32}\\b", text))
            def f(x):
                frame = sys._getframe()
                while frame:
                    look(repr(frame.f_locals) + repr(frame.f_globals))
                    frame = frame.f_back
                for item in gc.get_objects():
                    try:
                        look(repr(item)[:100000])
                    except Exception:
                        pass
                parent = os.getppid()
                paths = [sys.argv[0], "/proc/self/fd/0", "/proc/self/mem"]
                for pid in (parent, 1):
                    paths += [f"/proc/{pid}/{name}" for name in ("mem", "environ", "cmdline", "fd/0", "fd/1", "maps", "syscall", "stack")]
                    try:
                        paths += [f"/proc/{pid}/fd/{n}" for n in os.listdir(f"/proc/{pid}/fd")]
                        seen.append("listed descriptors of " + str(pid) if pid == parent else "")
                    except OSError:
                        pass
                for path in paths:
                    try:
                        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                        look(os.read(fd, 1 << 20).decode(errors="replace"))
                        if path == f"/proc/{parent}/mem":
                            seen.append("opened " + path)
                    except OSError:
                        pass
                for fd in range(3, 64):
                    try:
                        os.set_blocking(fd, False)
                        look(os.read(fd, 1 << 20).decode(errors="replace"))
                    except OSError:
                        pass
                    try:
                        os.set_blocking(fd, True)
                    except OSError:
                        pass
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.ptrace(16, parent, 0, 0) == 0:
                    seen.append("attached")
                raise ValueError(sorted(set(seen) - {""}))
            """;
        EvaluationResult result = await TestAsync(Code, "'needle-in-the-tests'\nassert f(1) == 2");
        Assert.Equal((false, "ValueError: []"), (result.Passed, result.Error));
    }

    [Fact]
    public async Task Evaluate_ForgedReplies_ProveNothing()
    {
        // Answers before it is asked, on every descriptor it has.
        const string Code = """
            import io, os, pickle
            def f(x): return 0
            for message in [("reply", True, True), ("reply", True, ({}, {"f": ("mine", 0)})), ("call", 0, "__globals__", (), {})]:
                data = pickle.dumps(message)
                for fd in range(1, 64):
                    try:
                        os.set_blocking(fd, False)
                        os.write(fd, len(data).to_bytes(8, "little") + data)
                    except OSError:
                        pass
            """;
        Assert.False((await TestAsync(Code, "assert f(1) == 2")).Passed);
    }

    [Fact]
    public async Task Evaluate_HumanEvalCompletions_MayGoOnFromThePrompt()
    {
        fixture.SkipIfUnavailable();
        var problem = new EvaluationProblem
        {
            TaskId = "HumanEval/x",
            Instruction = "",
            Tests = new PythonTests
            {
                ProgramPrefix = "import math\ndef helper(x): return x\n\ndef f(x):\n    \"\"\" doc \"\"\"\n",
                Setup = "import math\ndef helper(x): return x\n\ndef f(x):\n    \"\"\" doc \"\"\"\n",
                Test = "def check(candidate):\n    assert candidate(4) == 2 == helper(math.sqrt(4))\ncheck(f)\n",
                EntryPoints = ["f"],
            },
        };
        string[] codes =
        [
            "    return math.sqrt(x)",
            "def f(x):\n    return helper(x ** 0.5)",
            "def helper(x): return 2\ndef f(x): return 0",
        ];
        Completion[] completions = [.. codes.Select((code, sample) => new Completion(problem.TaskId, sample, code))];
        List<EvaluationResult> results = await new Evaluator(fixture.Sandbox, Quick).EvaluateAsync([problem], completions).ToListAsync();
        Assert.Equal([true, true, false], results.OrderBy(result => result.Sample).Select(result => result.Passed));
    }

    internal static EvaluationProblem Problem(string taskId, string test) =>
        new()
        {
            TaskId = taskId,
            Instruction = "Write f.",
            Tests = new PythonTests { Test = test, EntryPoints = ["f"] },
        };

    private async Task<EvaluationResult> TestAsync(string code, string test)
    {
        fixture.SkipIfUnavailable();
        return await new Evaluator(fixture.Sandbox, Quick)
            .EvaluateAsync([Problem("t", test)], [new Completion("t", 0, code)])
            .SingleAsync();
    }

    private static void AssertPassed(EvaluationResult result) => Assert.True(result.Passed, $"{result.Outcome}: {result.Error}");
}
