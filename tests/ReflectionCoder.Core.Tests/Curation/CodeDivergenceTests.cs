using ReflectionCoder.Curation;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.Curation;

public sealed class CodeDivergenceTests
{
    private const string Code = "def f(items):\n    total = 0\n    for item in items:\n        total += item\n    return total\n";

    [Fact]
    public void Measure_CommentsAndSpace_DontCount() =>
        Assert.Equal(
            new Divergence(0, 0),
            CodeDivergence.Measure(Code, "# sums\n\n" + Code.Replace("    ", "  ", StringComparison.Ordinal), CodeReader.Python)
        );

    [Fact]
    public void Measure_RenamedVariable_CountsForTokensOnly()
    {
        Divergence divergence = CodeDivergence.Measure(Code, Code.Replace("total", "result", StringComparison.Ordinal), CodeReader.Python);
        Assert.Equal(new Divergence(3.0 / 19, 0), divergence);
    }

    [Fact]
    public void Measure_StatementInANewBlock_CostsTheBlock()
    {
        string wrapped = Code.Replace("    total += item\n", "    if item:\n            total += item\n", StringComparison.Ordinal);
        Divergence divergence = CodeDivergence.Measure(Code, wrapped, CodeReader.Python);
        Assert.Equal(3.0 / 22, divergence.Tokens);

        // An if and its condition: two nodes, each opened and closed, of 18.
        Assert.Equal(4.0 / 36, divergence.Syntax);
    }

    [Fact]
    public void Measure_NothingInCommon_IsOne() =>
        Assert.Equal(1, CodeDivergence.Measure("a b c", "x y", CodeReader.ForAnyLanguage("rust")).Tokens);

    [Fact]
    public void Measure_NoParserOrBrokenCode_HasNoSyntax()
    {
        Assert.Null(CodeDivergence.Measure(Code, Code, CodeReader.ForAnyLanguage("ruby")).Syntax);
        Assert.Null(CodeDivergence.Measure(Code, "def f(:\n", CodeReader.Python).Syntax);
        Assert.Equal(new Divergence(0, 0), CodeDivergence.Measure("", "", CodeReader.Python));
    }

    [Theory]
    [InlineData("\nassert f([1]) == 1\nprint(\"All tests passed.\")")]
    [InlineData("\nfor case in [[1], []]:\n    assert f(case) == sum(case)\n")]
    [InlineData("\ndef test_f():\n    assert f([1]) == 1\n\nif __name__ == \"__main__\":\n    test_f()\n")]
    public void Of_UnknownTests_AreLeftOut(string tests) =>
        Assert.Equal(new Divergence(0, 0), CodeDivergence.Of(Sample(Code + tests), CodeReader.Python));

    [Fact]
    public void Of_KnownTests_AreLeftOut()
    {
        string program = Code + "\ncases = [[1], []]\nresult = f(cases[0])\nassert result == 1\n";
        Assert.NotEqual(0, CodeDivergence.Of(Sample(program), CodeReader.Python)!.Tokens);
        Assert.Equal(0, CodeDivergence.Of(Sample(program), CodeReader.Python, ["cases = [[1], []]"])!.Tokens);
    }

    [Fact]
    public void Of_LinesThatShowValues_AreLeftOutOnBothSides()
    {
        string program = Code + "\nprint(f([1]))\nassert f([1]) == 1\nprint(\"All tests passed.\")";
        Block answer = new(BlockType.Text, $"```python\n{Code}\nassert f([1]) == 1\n```");
        Assert.Equal(new Divergence(0, 0), CodeDivergence.Of(Sample(program), CodeReader.Python, ["assert f([1]) == 1"]));
        Assert.Equal(new Divergence(0, 0), CodeDivergence.Of(Sample(program, answer), CodeReader.Python));
    }

    [Fact]
    public void Remove_LineThatTestsNeed_IsLeftOut() =>
        Assert.Equal(
            "const f = () => 1;\n",
            TestTail.Remove(
                "const assert = require(\"assert\");\nconst f = () => 1;\n\nassert.strictEqual(f(), 1);\n",
                "javascript",
                ["assert.strictEqual(f(), 1);"]
            )
        );

    [Theory]
    [InlineData(
        "def g():\n    return 1\n\nassert g()\n\ndef f():\n    return g()\n\nassert f()\n",
        "def g():\n    return 1\n\nassert g()\n\ndef f():\n    return g()\n\n"
    )]
    [InlineData("import math\nx = 1\nprint(x)\n", "import math\nx = 1\n")]
    [InlineData("print(1)\n", "print(1)\n")]
    [InlineData("@cache\ndef f():\n    pass\n", "@cache\ndef f():\n    pass\n")]
    public void Remove_Python_CutsOnlyTheTail(string program, string left) => Assert.Equal(left, TestTail.Remove(program, "python", []));

    [Fact]
    public void Remove_OtherLanguage_CutsLinesThatTest() =>
        Assert.Equal(
            "function f() {\n  console.log(1);\n}\n",
            TestTail.Remove(
                "function f() {\n  console.log(1);\n}\n\n// tests\nconsole.assert(f() === 1);\nconsole.log('ok');",
                "javascript",
                []
            )
        );

    [Theory]
    [InlineData("Here:\n```python\n{0}```\nDone.")]
    [InlineData("```py\nwrong()\n```\nBetter:\n~~~~\n{0}~~~~")]
    [InlineData("- so\n  ```\n  {1}\n  ```")]
    [InlineData("```\n{0}")]
    public void Of_FencedAnswer_TakesTheLastBlock(string answer)
    {
        string text = answer
            .Replace("{0}", Code, StringComparison.Ordinal)
            .Replace("{1}", Code.TrimEnd().ReplaceLineEndings("\n  "), StringComparison.Ordinal);
        Assert.Equal(0, CodeDivergence.Of(Sample(Code, new Block(BlockType.Text, text)), CodeReader.Python)!.Tokens);
    }

    [Fact]
    public void Of_NoCode_IsNull()
    {
        Assert.Null(CodeDivergence.Of(Sample(Code, new Block(BlockType.Text, "I can't.")), CodeReader.Python));
        Assert.Null(CodeDivergence.Of(new Conversation(Sample(Code).Messages, SampleType.Generation), CodeReader.Python));
    }

    [Fact]
    public void EditDistance_RandomSequences_EqualsTheTable()
    {
        Random random = new(7);
        foreach (int size in Enumerable.Repeat<int[]>([0, 1, 5, 63, 64, 65, 130, 200], 6).SelectMany(sizes => sizes))
        {
            int[] one = [.. Enumerable.Range(0, size).Select(_ => random.Next(4))];
            int[] other = [.. Enumerable.Range(0, random.Next(200)).Select(_ => random.Next(4))];
            Assert.Equal(Table(one, other), EditDistance.Measure<int>(one, other));
            Assert.Equal(Table(one, other), EditDistance.Measure<int>(other, one));
        }
    }

    private static int Table(int[] one, int[] other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        foreach ((int i, int item) in one.Index())
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 1; j <= other.Length; j++)
            {
                int best = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (item == other[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], best);
            }
        }

        return row[^1];
    }

    private static Conversation Sample(string attempt, Block? answer = null) =>
        new(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, "Do it.")]),
                new Message(
                    MessageRole.Assistant,
                    [new Block(BlockType.Code, "broken("), new Block(BlockType.Code, attempt), new Block(BlockType.Execution, "")]
                ),
                new Message(MessageRole.User, [new Block(BlockType.Text, "Again.")]),
                new Message(MessageRole.Assistant, [answer ?? new Block(BlockType.Code, Code)]),
            ],
            SampleType.Reflection
        );
}
