using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

public sealed class GuardedJudgeTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly SandboxLimits Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(1));

    /// <summary>A right solution, tests, and what makes the solution wrong: a text in it and what stands there instead.</summary>
    public static TheoryData<string, string, string, string, string> Programs { get; } =
        new()
        {
            {
                "changes its argument",
                "def f(x): x.sort()",
                "a = [3, 1, 2]\nassert f(a) is None\nassert a == [1, 2, 3]",
                "x.sort()",
                "x.reverse()"
            },
            {
                "gives back the same object",
                "def f(x):\n    x.append(1)\n    return x",
                "a = []\nassert f(a) is a\nassert a == [1]",
                "return x",
                "return list(x)"
            },
            {
                "defines a class",
                "class f:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x); return self",
                "s = f()\nassert s.push(1).push(2).items == [1, 2]\nassert s.push(3) is s",
                "append(x)",
                "insert(0, x)"
            },
            {
                "is subclassed by the tests",
                "class f:\n    def total(self): return sum(self.parts())",
                "class S(f):\n    def parts(self): return [1, 2, 3]\nassert S().total() == 6\nassert isinstance(S(), f)",
                "sum(",
                "max("
            },
            {
                "defines an Enum",
                "from enum import Enum\nclass f(Enum):\n    RED = 1\n    BLUE = 2",
                "assert f.RED.value == 1\nassert f(2) is f.BLUE\nassert [c.name for c in f] == ['RED', 'BLUE']",
                "BLUE = 2",
                "BLUE = 3"
            },
            {
                "is asynchronous",
                "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + 1",
                "import asyncio\nasync def go():\n    assert await f(1) == 2\n"
                    + "    assert await asyncio.gather(f(2), f(3)) == [3, 4]\nasyncio.run(go())",
                "x + 1",
                "x"
            },
            {
                "prints",
                "def f(x): print('hello', x)",
                "import io, contextlib\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    f(1)\n"
                    + "assert out.getvalue() == 'hello 1\\n'",
                "hello",
                "hallo"
            },
            {
                "asks for input",
                "def f(): return int(input('n? ')) * 2",
                "from unittest import mock\nwith mock.patch('builtins.input', return_value='21') as m:\n"
                    + "    assert f() == 42\nm.assert_called_once()",
                "* 2",
                "* 3"
            },
            {
                "reads standard input",
                "import sys\ndef f(): return [int(line) for line in sys.stdin]",
                "import io, sys\nsys.stdin = io.StringIO('1\\n2\\n')\nassert f() == [1, 2]\nsys.stdin = io.StringIO('')\nassert f() == []",
                "int(line)",
                "line"
            },
            {
                "draws random numbers",
                "import random\ndef f(): return [random.randint(1, 6) for _ in range(3)]",
                "import random\nrandom.seed(7)\nassert f() == [3, 2, 4]\nrandom.seed(7)\na = f()\nrandom.seed(7)\nassert f() == a",
                "(1, 6)",
                "(1, 8)"
            },
            {
                "raises",
                "def f(x):\n    if x < 0: raise ValueError('negative')\n    return x",
                "try:\n    f(-1)\n    assert False\nexcept ValueError as error:\n    assert str(error) == 'negative'\nassert f(2) == 2",
                "ValueError",
                "KeyError"
            },
            {
                "raises, and nothing is compared",
                "def f(x):\n    if x < 0: raise ValueError",
                "try:\n    f(-1)\n    assert False\nexcept ValueError:\n    pass",
                "< 0",
                "> 0"
            },
            {
                "defines a generator",
                "def f(n):\n    for i in range(n):\n        yield i * i",
                "g = f(3)\nassert next(g) == 0\nassert list(g) == [1, 4]",
                "i * i",
                "i"
            },
            {
                "defines a dataclass",
                "from dataclasses import dataclass\n@dataclass(order=True)\nclass f:\n    a: int\n    b: str = 'x'",
                "assert f(1) == f(1, 'x')\nassert f(1) < f(2)\nassert repr(f(3)) == \"f(a=3, b='x')\"",
                "'x'",
                "'y'"
            },
            {
                "computes approximately",
                "def f(x): return x ** 0.5",
                "assert abs(f(2) - 1.41421356) < 1e-6\nassert f(4) in (2, -2)\nimport math\nassert math.isclose(f(9), 3.0)",
                "0.5",
                "0.51"
            },
            {
                "is tested in loops",
                "def f(x): return x % 2 == 0",
                "cases = [(2, True), (3, False)]\nfor i, o in cases:\n    assert f(i) == o\n"
                    + "assert all(f(x) == y for x, y in [(4, True), (7, False)])",
                "== 0",
                "== 1"
            },
            {
                "is tested by functions",
                "def f(x): return sorted(x)",
                "def check(candidate):\n    inputs = [[2, 1], [], [5, 4, 3]]\n    results = [[1, 2], [], [3, 4, 5]]\n"
                    + "    for i, r in zip(inputs, results):\n"
                    + "        verify(candidate(i), r)\ndef verify(got, wanted):\n    assert got == wanted, 'wrong'\ncheck(f)",
                "sorted(x)",
                "list(x)"
            },
            {
                "is tested by unittest",
                "def f(x): return x.upper()",
                "import unittest\nt = unittest.TestCase()\nt.assertEqual(f('ab'), 'AB')\nt.assertTrue(f('c') == 'C')\n"
                    + "with t.assertRaises(AttributeError):\n    f(1)",
                "upper",
                "title"
            },
            {
                "is pickled",
                "class f:\n    def __init__(self, x): self.x = x",
                "import pickle\nassert pickle.loads(pickle.dumps(f(5))).x == 5\nassert f(6).x == 6",
                "= x",
                "= x + 1"
            },
            {
                "is read",
                "def f(x): return lambda y: x + y",
                "import inspect\nassert 'lambda' in inspect.getsource(f)\nassert f(1)(2) == 3\nassert f(2)(2) == 4",
                "x + y",
                "x"
            },
            {
                "defines a predicate",
                "def f(x): return x > 0",
                "assert f(1)\nassert not f(-1)\nassert f(5)\nassert not f(0)",
                "> 0",
                ">= 0"
            },
            {
                "prints into a stream that no name shows to be the solution's",
                "def f(x): print('x' * x)",
                "import io, sys\nold = sys.stdout\nsys.stdout = io.StringIO()\nf(3)\nout = sys.stdout.getvalue()\nsys.stdout = old\n"
                    + "assert out == 'xxx\\n'",
                "* x",
                "* 2"
            },
            {
                "gives back an iterator whose type is looked at",
                "def f(x): return zip(x, x)",
                "assert type(f([1])) is zip\nassert list(f([1])) == [(1, 1)]\nassert list(f([2, 3])) == [(2, 2), (3, 3)]",
                "zip(x, x)",
                "iter(x)"
            },
            {
                "is checked by raise",
                "def f(x): return x + 1",
                "if f(1) != 2:\n    raise ValueError('f(1)')\nif f(5) != 6:\n    raise ValueError('f(5)')",
                "+ 1",
                "+ 2"
            },
        };

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Judge_RightSolution_PassesAsInPlainPython(string name, string code, string test, string part, string wrongPart)
    {
        Assert.Equal(SandboxOutcome.Passed, (await fixture.RunAsync(Plainly(code, test), Limits)).Outcome);
        PythonTests tests = Tests(test, code);
        Verdict right = await JudgeAsync(tests, code);
        Assert.True(right.Passed, name + ": " + right.Details);
        Assert.True(right.OneProcess);
        string wrongCode = code.Replace(part, wrongPart, StringComparison.Ordinal);
        Assert.Equal(SandboxOutcome.Failed, (await fixture.RunAsync(Plainly(wrongCode, test), Limits)).Outcome);
        Verdict wrong = await JudgeAsync(tests, wrongCode);
        Assert.Equal((SandboxOutcome.Failed, true), (wrong.Outcome, wrong.OneProcess));
        Assert.Contains("Traceback", wrong.Details);
    }

    [Fact]
    public async Task Judge_WithoutReferenceSolution_UsesWhatIsCertain()
    {
        PythonTests tests = Tests("assert f(1) == 2\nassert f(2) == 3\nassert abs(f(5) - 6) < 0.1", null);
        Assert.True((await JudgeAsync(tests, "def f(x): return x + 1")).Passed);
        Assert.False((await JudgeAsync(tests, "def f(x): return x + 2")).Passed);
        Assert.Contains("had been changed", (await JudgeAsync(tests, Lies)).Details);
    }

    /// <summary>The opposite of such an assertion fails as well where a solution's own method always says yes.</summary>
    [Theory]
    [InlineData("assert f(1).startswith('ab')\nassert f(2).startswith('cd')", "def f(x): return ['abx', 'cde'][x - 1]")]
    [InlineData("assert f(1).issubset({1, 2})\nassert f(2).issubset({3})", "def f(x): return {x} if x == 1 else {3}")]
    public async Task Judge_MethodThatComparesAndAlwaysSaysYes_Fails(string test, string solution)
    {
        const string Lie = "class Y(str):\n    def startswith(*a): return True\n    issubset = startswith\ndef f(x): return Y()";
        Assert.Equal(SandboxOutcome.Passed, (await fixture.RunAsync(Plainly(Lie, test), Limits)).Outcome);
        PythonTests tests = Tests(test, solution);
        Assert.False((await JudgeAsync(tests, Lie)).Passed);
        Verdict right = await JudgeAsync(tests, solution);
        Assert.True(right.Passed, right.Details);
    }

    [Fact]
    public async Task Judge_TestsThatExpectNothing_PassNobody()
    {
        Verdict verdict = await JudgeAsync(Tests("f(1)", "def f(x): return x"), "def f(x): return x");
        Assert.Equal(SandboxOutcome.Failed, verdict.Outcome);
        Assert.Equal("The solution can't be judged in one process: no expectation of the tests can be changed.", verdict.Details);
    }

    [Fact]
    public async Task Judge_HelperOfTheSetup_IsTheTestsOwn()
    {
        PythonTests tests = new()
        {
            ProgramPrefix = "def encode(x): return x[::-1]\n\ndef f(x):\n",
            Setup = "def encode(x): return x[::-1]\n\ndef f(x):\n    pass\n",
            Test = "def check(candidate):\n    for s in ['ab', 'abc']:\n        assert candidate(encode(s)) == s\ncheck(f)\n",
            EntryPoints = ["f"],
            ReferenceSolution = "    return x[::-1]\n",
        };
        Assert.True((await JudgeAsync(tests, "    return ''.join(reversed(x))")).Passed);
        Assert.True((await JudgeAsync(tests, "    return encode(x)\ndef encode(x): return x[::-1]")).Passed);
        Assert.False((await JudgeAsync(tests, "    return x\ndef encode(x): return x")).Passed);
    }

    [Theory]
    [InlineData("def f(x)\n    return x", "SyntaxError: expected ':'", SandboxOutcome.Failed)]
    [InlineData("def g(x):\n    return x + 1", "NameError: name 'f' is not defined", SandboxOutcome.Failed)]
    [InlineData("def f(x):\n    return f(x)", "RecursionError", SandboxOutcome.Failed)]
    [InlineData("def f(x):\n    while True: pass", "", SandboxOutcome.CpuTimeExceeded)]
    [InlineData("def f(x):\n    return 0", "AssertionError: it is 0", SandboxOutcome.Failed)]
    public async Task Judge_WrongSolution_FailsWithReason(string code, string error, SandboxOutcome outcome)
    {
        Verdict verdict = await JudgeAsync(Tests("assert f(1) == 2, f'it is {f(1)}'\nassert f(2) == 3", "def f(x): return x + 1"), code);
        Assert.Equal(outcome, verdict.Outcome);
        Assert.StartsWith(error, verdict.Error);
    }

    [Theory]
    [InlineData("import random\nrandom.seed(1)\nassert f() == 3", true)]
    [InlineData("import random\nrandom.seed(1)\nfor _ in range(9):\n    x = random.random()\n    assert f(x) == x", false)]
    [InlineData("import io, sys\nsys.stdin = io.StringIO('1')\nassert f() == 1", true)]
    [InlineData("from unittest.mock import patch\nwith patch('time.time'):\n    assert f() == 1", true)]
    [InlineData("import time\ntime.time = lambda: 5\nassert f() == 5", true)]
    [InlineData("import os\nos.environ['A'] = '1'\nassert f() == 1", true)]
    [InlineData("s = f()\ns.time = 5\nassert s.total == 5", false)]
    [InlineData("import copy\nx = [1]\nassert f(copy.deepcopy(x)) == x", false)]
    [InlineData("assert f('sys.modules, globals() and inspect.getsource') == 1  # patch('x')", false)]
    public void NeedsOneProcess_Tests(string test, bool needs) => Assert.Equal(needs, GuardedJudge.NeedsOneProcess(Tests(test, null)));

    [Theory]
    [InlineData("humaneval", "humaneval/HumanEval.jsonl.gz", 0)]
    [InlineData("humaneval", "humanevalplus/HumanEvalPlus-OriginFmt.jsonl.gz", 0)]
    [InlineData("mbpp", "mbpp/mbpp.jsonl", 0)]
    [InlineData("mbpp", "mbppplus/MbppPlus-OriginFmt.jsonl.gz", 0)]
    public async Task NeedsOneProcess_Benchmarks_HardlyEver(string benchmark, string file, int expected)
    {
        string path = EvaluationData.PathOf(file);
        IBenchmark reader = EvaluationBenchmarks.All.Single(candidate => candidate.Name == benchmark);
        List<string> routed = [];
        foreach (EvaluationProblem problem in await reader.ReadAsync(path))
        {
            if (GuardedJudge.NeedsOneProcess((PythonTests)problem.Tests))
            {
                routed.Add(problem.TaskId);
            }
        }

        Assert.True(routed.Count == expected, string.Join(' ', routed));
    }

    private const string Lies =
        "class Yes(float):\n    def __eq__(self, other): return True\n    def __sub__(self, other): return 0.0\n"
        + "def f(x): return Yes(1)";

    private static string Plainly(string code, string test) => $"{code}\n{test}\n";

    private static PythonTests Tests(string test, string? reference) =>
        new()
        {
            Test = test + "\n",
            EntryPoints = ["f"],
            ReferenceSolution = reference,
        };

    private Task<Verdict> JudgeAsync(PythonTests tests, string code)
    {
        fixture.SkipIfUnavailable();
        return GuardedJudge.JudgeAsync(tests, code, fixture.Sandbox, Limits, CancellationToken.None);
    }
}
