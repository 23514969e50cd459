using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

public sealed class FunctionTestsTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private const string Half = "def f(x):\n    return x / 2";

    [Theory]
    [InlineData("def f(x): return x + 1", "def f(x): return 1 + x", "[[1], [2]]")]
    [InlineData("def f(x): return (x, [x])", "def f(x): return tuple([x, [x]])", "[[1]]")]
    [InlineData("def f(x): return {'a': x, 'b': {x}}", "def f(x): return {'b': {x}, 'a': x}", "[[1]]")]
    [InlineData("def f(x): return 2", "def f(x): return 2.0", "[[1]]")]
    [InlineData("def f(x): return 1", "def f(x): return True", "[[1]]")]
    [InlineData("def f(x): return list(range(x))", "def f(x): return [float(i) for i in range(x)]", "[[3], [100000]]")]
    [InlineData("def f(x): return 'a' * x", "def f(x): return ''.join('a' for _ in range(x))", "[[3], [100000]]")]
    [InlineData("def f(x): return [(i, str(i)) for i in range(x)]", "def f(x): return [(i, f'{i}') for i in range(x)]", "[[5], [5000]]")]
    [InlineData("def f(x): return 7 ** x", "def f(x): return 7 ** (x - 1) * 7", "[[3], [9000], [90000]]")]
    [InlineData("def f(x): return x / 2", "def f(x): return x * (0.5 + 1e-9)", "[[1], [3.25]]")]
    [InlineData("def f(x): return [x / 3, x / 7]", "def f(x): return [x / 3 + 1e-8, x / 7]", "[[1]]")]
    [InlineData("def f(x): x.append(1); return x", "def f(x): return x + [1]", "[[[0]], [[]]]")]
    [InlineData("seen = []\ndef f(x): return x", "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)", "[[1], [2], [3]]")]
    [InlineData("import collections\ndef f(x): return dict(a=1)", "from collections import *\ndef f(x): return Counter('a')", "[[1]]")]
    [InlineData("def f(x): return x", "def f(x): print('noise' * 100000); return x", "[[1], [2]]")]
    [InlineData("def f(x): return x", "if __name__ == '__main__': raise SystemExit\ndef f(x): return x", "[[1]]")]
    public async Task Judge_RightSolution_Passes(string reference, string code, string inputs)
    {
        Verdict verdict = await JudgeAsync(Tests(reference, inputs), code);
        Assert.True(verdict.Passed, verdict.Details + verdict.Actual);
        Assert.True(verdict.BasePassed);
    }

    [Theory]
    [InlineData("def f(x): return [x]", "def f(x): return (x,)", "[1]", "(1,)")]
    [InlineData("def f(x): return [x]", "def f(x): return (i for i in [x])", "[1]", "<generator object>")]
    [InlineData("def f(x): return [x]", "def f(x): return {x: 1}.keys()", "[1]", "<dict_keys object>")]
    [InlineData("def f(x): return x", "class Yes:\n    def __eq__(self, o): return True\ndef f(x): return Yes()", "1", "<Yes object>")]
    [InlineData("def f(x): return x", "class Yes(int):\n    def __eq__(self, o): return True\ndef f(x): return Yes(7)", "1", "7")]
    [InlineData("def f(x): return float('nan')", "def f(x): return float('nan')", "nan", "nan")]
    [InlineData("def f(x): return x / 2", "def f(x): return x / 2 + 1e-5", "0.5", "0.50001")]
    [InlineData("def f(x): return [x / 2]", "def f(x): return (x / 2,)", "[0.5]", "(0.5,)")]
    [InlineData("def f(x): return 'b' * 100000", "def f(x): return 'a' * 100000", null, null)]
    public async Task Judge_WrongSolution_ShowsInputAndOutputs(string reference, string code, string? expected, string? actual)
    {
        Verdict verdict = await JudgeAsync(Tests(reference, "[[1]]"), code);
        Assert.Equal((SandboxOutcome.Failed, false), (verdict.Outcome, verdict.BasePassed));
        Assert.Equal("The output is wrong.", verdict.Error);
        Assert.StartsWith("With the input [1]:", verdict.Details);
        if (expected is not null)
        {
            Assert.Equal((expected, actual), (verdict.Expected, verdict.Actual));
        }
    }

    [Theory]
    [InlineData("def f(x)\n    return x", "SyntaxError: expected ':'", SandboxOutcome.Failed)]
    [InlineData("def g(x): return x", "KeyError: 'f'", SandboxOutcome.Failed)]
    [InlineData("def f(x): return x // 0", "ZeroDivisionError", SandboxOutcome.Failed)]
    [InlineData("def f(x): return f(x)", "RecursionError", SandboxOutcome.Failed)]
    [InlineData("def f(x): raise SystemExit(0)", "SystemExit: 0", SandboxOutcome.Failed)]
    [InlineData("import os\ndef f(x): os._exit(0)", "The solution ended the process with code 0.", SandboxOutcome.Failed)]
    [InlineData("import os\ndef f(x): os.closerange(3, 99)\n", "The solution ended", SandboxOutcome.Failed)]
    [InlineData("import os\ndef f(x): os.kill(os.getpid(), 11)", "Signal 11 ended the solution.", SandboxOutcome.Crashed)]
    [InlineData("def f(x):\n    while True: pass", "An input took more than 0.5 s", SandboxOutcome.CpuTimeExceeded)]
    [InlineData("while True: pass", "Loading the solution took more than", SandboxOutcome.CpuTimeExceeded)]
    public async Task Judge_SolutionThatFails_SaysWhy(string code, string error, SandboxOutcome outcome)
    {
        FunctionTests tests = Tests("def f(x): return x", "[[1]]") with
        {
            Rules = new FunctionRules { InputTime = TimeSpan.FromSeconds(0.5), PartTime = TimeSpan.FromSeconds(1) },
        };
        Verdict verdict = await JudgeAsync(tests, code);
        Assert.Equal((outcome, false), (verdict.Outcome, verdict.BasePassed));
        Assert.StartsWith(error, verdict.Error);
    }

    /// <summary>What a candidate can reach is its own code and the inputs.</summary>
    [Theory]
    [InlineData("import os\ndef f(x): os.kill(os.getppid(), 9)")]
    [InlineData(
        "import os, sys\ndef f(x):\n    for d in range(64):\n        try: os.write(d, b'V2\\n' * 9)\n"
            + "        except OSError: pass\n    return 0"
    )]
    [InlineData(
        "import gc\ndef f(x): return max((o for o in gc.get_objects() if isinstance(o, dict) and 'expected' in o), key=len)['expected']"
    )]
    [InlineData("def f(x): return open(f'/proc/{__import__(\"os\").getppid()}/mem', 'rb').read(1)")]
    [InlineData("import sys\nsys.modules['json'].dumps = lambda *a: '2'\ndef f(x): return 0")]
    [InlineData("def f(x): raise ModuleNotFoundError('no numpy', name='numpy')")]
    public async Task Judge_HostileSolution_DoesNotPass(string code)
    {
        Verdict verdict = await JudgeAsync(Tests("def f(x): return x + 1", "[[1], [2]]"), code);
        Assert.False(verdict.Passed);
        Assert.NotEqual(true, verdict.BasePassed);
    }

    [Theory]
    [InlineData("[[1]]", "def f(x): return x if x < 5 else 0", true, SandboxOutcome.Failed)]
    [InlineData("[]", "def f(x): return x", true, SandboxOutcome.Passed)]
    [InlineData("[]", "def f(x): return 0", false, SandboxOutcome.Failed)]
    public async Task Judge_Parts_AreToldApart(string plus, string code, bool basePassed, SandboxOutcome outcome)
    {
        FunctionTests tests = Tests("def f(x): return x", "[[1]]") with { PlusInputs = plus == "[]" ? plus : "[[1], [9]]" };
        Verdict verdict = await JudgeAsync(tests, code);
        Assert.Equal((basePassed, outcome), (verdict.BasePassed, verdict.Outcome));
        Assert.Null((await JudgeAsync(tests with { PlusInputs = null }, code)).BasePassed);
    }

    [Fact]
    public async Task Judge_PartThatReachesALimitOfTheSandbox_KeepsWhatTheFirstSaid()
    {
        const string Code = "def f(x): return x if x < 5 else len(bytes(x)) and [bytearray(b'x') * (1 << 30) for _ in range(9)]";
        FunctionTests tests = Tests("def f(x): return x", "[[1]]") with { PlusInputs = "[[9]]" };
        Verdict verdict = await JudgeAsync(tests, Code, tests.DefaultLimits with { MemoryBytes = 1 << 30 });
        Assert.True(verdict.BasePassed);
        Assert.False(verdict.Passed);
    }

    /// <summary>A part has a process of its own: what the first leaves behind isn't there.</summary>
    [Fact]
    public async Task Judge_SolutionWithState_StartsEachPartAnew()
    {
        const string Code = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)";
        Verdict verdict = await JudgeAsync(Tests(Code, "[[5], [5]]") with { PlusInputs = "[[5]]" }, Code);
        Assert.True(verdict.Passed, verdict.Details);
    }

    [Theory]
    [InlineData(FunctionOracle.Anything, "def f(x): return 1", "def f(x): return lambda: 0", true)]
    [InlineData(FunctionOracle.EqualOrZero, "def f(x): return 1", "def f(x): return 0", true)]
    [InlineData(FunctionOracle.EqualOrZero, "def f(x): return 1", "def f(x): return 2", false)]
    [InlineData(FunctionOracle.SameElements, "def f(x): return [1, 2]", "def f(x): return (2, 1, 1)", true)]
    [InlineData(FunctionOracle.SameElements, "def f(x): return [1, 2]", "def f(x): return (i for i in (2, 1))", true)]
    [InlineData(FunctionOracle.SameElements, "def f(x): return [1, 2]", "def f(x): return [1]", false)]
    [InlineData(FunctionOracle.SameElements, "def f(x): return [1, 2]", "def f(x): return [[1], 2]", false)]
    [InlineData(FunctionOracle.NotNone, "import re\ndef f(x): return re.match('a', 'a')", "def f(x): return True", true)]
    [InlineData(FunctionOracle.NotNone, "import re\ndef f(x): return re.match('a', 'a')", "def f(x): return 'yes'", true)]
    [InlineData(FunctionOracle.NotNone, "import re\ndef f(x): return re.match('a', 'b')", "def f(x): return 'no'", false)]
    [InlineData(FunctionOracle.NotNone, "import re\ndef f(x): return re.match('a', 'b')", "def f(x): return False", true)]
    public async Task Judge_Oracle_Decides(FunctionOracle oracle, string reference, string code, bool passed)
    {
        FunctionTests tests = Tests(reference, "[[1]]") with { Rules = new FunctionRules { Oracle = oracle } };
        Verdict verdict = await JudgeAsync(tests, code);
        Assert.Equal(passed, verdict.Passed);
    }

    [Fact]
    public async Task Judge_Polynomial_NeedsARoot()
    {
        FunctionTests tests = Tests("def f(xs): return -xs[0] / xs[1]", "[[[1, 2]], [[-6, 11, -6, 1]]]") with
        {
            Rules = new FunctionRules { Oracle = FunctionOracle.Root, AbsoluteTolerance = 1e-4 },
        };
        Assert.True((await JudgeAsync(tests, "def f(xs): return -0.5 if len(xs) == 2 else 3")).Passed);
        Assert.False((await JudgeAsync(tests, "def f(xs): xs[:] = [0, 0]; return 0")).Passed);
    }

    [Theory]
    [InlineData(ArgumentForm.Tuple, "[1, [2]]", "(1, [2])")]
    [InlineData(ArgumentForm.Tuples, "[[1], [2]]", "[(1,), (2,)]")]
    [InlineData(ArgumentForm.TupleOfTuples, "[[1], [2]]", "((1,), (2,))")]
    [InlineData(ArgumentForm.TupleOfListsAsTuples, "[1, [2]]", "(1, (2,))")]
    [InlineData(ArgumentForm.DeepTuples, "[1, [2, [3]]]", "(1, (2, (3,)))")]
    [InlineData(ArgumentForm.Sets, "[[1], []]", "[{1}, {}]")]
    [InlineData(ArgumentForm.DictionaryOfTuples, "{\"a\": [1]}", "{'a': (1,)}")]
    [InlineData(ArgumentForm.Complex, "\"1+2j\"", "(1+2j)")]
    [InlineData(ArgumentForm.FloatingPoint, "3", "3.0")]
    public async Task Judge_Argument_HasItsForm(ArgumentForm form, string argument, string shown)
    {
        FunctionTests tests = Tests("def f(x, y): return [repr(x), y]", $"[[{argument}, [1]]]") with
        {
            ArgumentForms = [form, ArgumentForm.AsIs],
        };
        Verdict verdict = await JudgeAsync(tests, $"def f(x, y): return [\"{shown}\", [1]]");
        Assert.True(verdict.Passed, verdict.Details + verdict.Expected);
    }

    /// <summary>Float rules apply to an input only after the first expected float of the part, as EvalPlus has it.</summary>
    [Fact]
    public async Task Judge_ToleranceOfFloats_HoldsFromTheFirstOneOn()
    {
        FunctionTests tests = Tests("def f(x): return x", "[[1000000000], [0.5]]");
        const string Near = "def f(x): return x + (1 if x > 1 else 0)";
        Assert.False((await JudgeAsync(tests, Near)).Passed);
        Assert.True((await JudgeAsync(tests with { BaseInputs = "[[0.5], [1000000000]]" }, Near)).Passed);
        Assert.False((await JudgeAsync(Strict(tests), Near)).Passed);
        Assert.False((await JudgeAsync(Strict(tests), Half)).Passed);
    }

    [Fact]
    public async Task Judge_ReferenceThatFails_SaysNothingOfTheSolution()
    {
        Verdict verdict = await JudgeAsync(Tests("def f(x): return y", "[[1]]"), "def f(x): return x");
        Assert.Equal(SandboxOutcome.SandboxFailure, verdict.Outcome);
        Assert.Contains("NameError", verdict.Details);
    }

    /// <summary>Without numpy some outputs can't be compared. That says nothing of the solution, so there is no verdict.</summary>
    [Fact]
    public async Task Judge_WithoutNumpy_NamesWhatIsMissing()
    {
        FunctionTests tests = Tests("import numpy\ndef f(x): return x", "[[1]]");
        Verdict verdict = await tests.JudgeAsync("def f(x): return x", new SandboxWithoutNumpy(), tests.DefaultLimits);
        Assert.Equal(SandboxOutcome.ToolchainMissing, verdict.Outcome);
        Assert.Contains("apt-get install python3-numpy", verdict.Details);
    }

    private sealed class SandboxWithoutNumpy : ICodeSandbox
    {
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => Task.FromResult(new SandboxResult(SandboxOutcome.Passed, 0, "numpy\n", "", OutputTruncated: false, TimeSpan.Zero));
    }

    private static FunctionTests Strict(FunctionTests tests) =>
        tests with
        {
            BaseInputs = "[[0.5], [1000000000]]",
            Rules = new FunctionRules { FloatTolerance = 0 },
        };

    private static FunctionTests Tests(string reference, string inputs) =>
        new()
        {
            EntryPoint = "f",
            ReferenceSolution = reference,
            BaseInputs = inputs,
            PlusInputs = "[]",
        };

    private Task<Verdict> JudgeAsync(FunctionTests tests, string code, SandboxLimits? limits = null)
    {
        fixture.SkipIfUnavailable();
        return tests.JudgeAsync(code, fixture.Sandbox, limits ?? tests.DefaultLimits);
    }
}
