using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;
using ReflectionCoder.SourceCode;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Construction.Mutations;

public sealed class PythonTraceTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("if a < b:\n        return a", "a < b", "a > b")]
    [InlineData("return max(a, b + 1) < 2", "max(a, b + 1) < 2", "max(a, b + 1) > 2")]
    [InlineData("a = b[1] < 2\n    return a", "b[1] < 2", "b[1] > 2")]
    [InlineData("a.append(b < 2)\n    return a", "b < 2", "b > 2")]
    [InlineData("for i in range(a < 2):\n        b += i\n    return b", "range(a < 2)", "range(a > 2)")]
    [InlineData("return f(a < 2)", "a < 2", "a > 2")] // without the call of a function of the program
    [InlineData("return a and f(a < 2)", null, null)] // the part may not be computed
    [InlineData("return print(a < 2, next(b))", "a < 2", "a > 2")]
    [InlineData("return 1 < 2", null, null)] // says nothing
    public void Find_Mutation_TakesTheExpressionAroundIt(string body, string? wrong, string? right)
    {
        // The good program is the one with the other sign.
        PythonSource source = PythonSource.Parse($"def f(a, b):\n    {body.Replace('<', '>')}\n");
        int sign = source.Code.ToList().FindIndex(token => token.Text == ">");
        TextEdit edit = new(source.Code[sign].Start, 1, "<");
        MutationProbe? probe = PythonProbes.Find(source, source.LineOf(sign), [edit]);
        Assert.Equal(wrong, probe?.Wrong);
        Assert.Equal(right, probe?.Right);
    }

    [Fact]
    public async Task Write_WrongCondition_FindsTheFirstDifference()
    {
        const string Program =
            "def f(items):\n    found = []\n    for item in items:\n        if item > 2:\n            "
            + "found.append(item)\n    return found\n";
        MutationTrace trace = await TraceAsync(new(Program, [], "f([1, 2, 3])", "[2, 3]", 4, new("item > 2", "item >= 2")));
        Assert.Equal("[3]", trace.Actual);
        TracedDifference difference = trace.Difference!;
        Assert.Equal(("False", "True", null), (difference.Wrong, difference.Right, difference.Raised));
        Assert.Equal([KeyValuePair.Create("item", "2")], difference.Variables);
    }

    [Fact]
    public async Task Write_ExpressionThatRaises_NamesTheException()
    {
        const string Program = "def f(items):\n    return items[len(items)]\n";
        MutationTrace trace = await TraceAsync(new(Program, [], "f([7])", "7", 2, new("items[len(items)]", "items[len(items) - 1]")));
        Assert.Null(trace.Actual);
        Assert.Equal((null, "7", "IndexError"), (trace.Difference!.Wrong, trace.Difference.Right, trace.Difference.Raised));
    }

    [Fact]
    public async Task Write_StateOfEarlierCalls_IsThere()
    {
        const string Program = "def f(x, seen=[]):\n    seen.append(x)\n    return seen\n";
        MutationTrace trace = await TraceAsync(new(Program, ["assert f(1) == [1]"], "f(2)", "[2]", 0, null));
        Assert.Equal("[1, 2]", trace.Actual);
        Assert.Null(trace.Difference);
    }

    [Fact]
    public async Task Write_ExpressionThatChangesItsList_LeavesTheProgramAsItIs()
    {
        const string Program = "def f(items):\n    last = items.pop()\n    return last + len(items)\n";
        MutationTrace trace = await TraceAsync(new(Program, [], "f([5, 6])", "6", 2, new("items.pop()", "items.pop(0)")));
        Assert.Equal("7", trace.Actual);
        Assert.Equal(("6", "5"), (trace.Difference!.Wrong, trace.Difference.Right));
    }

    [Fact]
    public async Task Write_LoopHeader_CountsOnlyWhenItIsReachedFirst()
    {
        const string Program = "def f(n):\n    for i in range(n):\n        n = 9\n    return n\n";
        MutationTrace trace = await TraceAsync(new(Program, [], "f(2)", "2", 2, new("range(n)", "range(min(n, 5))")));
        Assert.Null(trace.Difference);
    }

    private async Task<MutationTrace> TraceAsync(TraceRequest request)
    {
        fixture.SkipIfUnavailable();
        SandboxResult result = await fixture.RunAsync(MutationLanguage.Python.WriteTrace(request)!);
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.StandardError);
        return MutationLanguage.Python.ReadTrace(result.StandardOutput)!;
    }
}
