using System.Diagnostics;
using System.Globalization;
using System.Text;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Evaluation.Answers;

public sealed class CodeBlockAnswerExtractorTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly IAnswerExtractor Extractor = AnswerExtractors.CodeBlock;

    public static TheoryData<string> Names => [.. ChatAnswer.All.Select(answer => answer.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Extract_ChatAnswer_GivesTheSolution(string name)
    {
        ChatAnswer answer = ChatAnswer.All.Single(one => one.Name == name);
        Assert.Equal(answer.Code, Extractor.Extract(answer.Text, answer.Problem));
        Assert.Equal(answer.Code, Extractor.Extract(answer.Code, answer.Problem));
    }

    /// <summary>What both extractors make of the same answers, judged by tests and not by texts.</summary>
    [Fact]
    public async Task Extract_ChatAnswers_PassWhereThePapersFail()
    {
        fixture.SkipIfUnavailable();
        Assert.True(ChatAnswer.All.Count >= 60);
        var evaluator = new Evaluator(fixture.Sandbox);
        Dictionary<string, bool> ours = await JudgeAsync(Extractor);
        Assert.Equal([], ours.Where(pair => !pair.Value).Select(pair => pair.Key));
        Dictionary<string, bool> papers = await JudgeAsync(AnswerExtractors.Paper);
        Assert.Equal([], ChatAnswer.All.Where(answer => papers[answer.Name] != answer.PaperIsRight).Select(answer => answer.Name));

        async Task<Dictionary<string, bool>> JudgeAsync(IAnswerExtractor extractor) =>
            await evaluator
                .EvaluateAsync(
                    [.. ChatAnswer.All.Select(answer => answer.Problem)],
                    [.. ChatAnswer.All.Select(answer => new Completion(answer.Name, 0, extractor.Extract(answer.Text, answer.Problem)))]
                )
                .ToDictionaryAsync(result => result.TaskId, result => result.Passed);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("```", "")]
    [InlineData("\n\n    return 1\n\n", "    return 1")]
    [InlineData("def f():\r\n    return 1\r\n", "def f():\n    return 1")]
    [InlineData("I can't do that.", "I can't do that.")]
    public void Extract_Edges(string answer, string code) => Assert.Equal(code, Extractor.Extract(answer));

    /// <summary>Without the names nothing can be told from a program that reads its input.</summary>
    [Fact]
    public void Extract_NoEntryPoints_KeepsWhatRuns()
    {
        const string Code = "def f(x):\n    return x\n\nif __name__ == '__main__':\n    print(f(int(input())))\nassert f(1)";
        Assert.Equal(Code, Extractor.Extract($"```python\n{Code}\n```"));
        Assert.Equal("def f(x):\n    return x", new CodeBlockAnswerExtractor(["f"]).Extract($"```python\n{Code}\n```"));
        Assert.Equal(Code, new CodeBlockAnswerExtractor(["g"]).Extract($"```python\n{Code}\n```"));
    }

    [Fact]
    public void Extract_AnswerWithMarkers_TakesAllSevenOut() =>
        Assert.All(
            Markers.All,
            marker => Assert.Equal("def f():\n    return 1", Extractor.Extract($"{marker}def f():\n    return{marker} 1\n```{marker}"))
        );

    [Theory]
    [InlineData("cpp", "Here is the code:\n```cpp\nint f(int x) { return 2 * x; }\n```\nUse it:\n```cpp\nint main() { }\n```")]
    [InlineData("cpp", "Run it:\n```bash\ng++ f.cpp && ./f f f f f f\n```\n```c++\nint f(int x) { return 2 * x; }\n```")]
    [InlineData("cpp", "int f(int x) { return 2 * x; }\n```\nThis doubles x.\n")]
    [InlineData("cpp", "Sure, here you go:\n```\nint f(int x) { return 2 * x; }\n```")]
    [InlineData("cpp", "int f(int x) { return 2 * x; }")]
    public void Extract_OtherLanguage_GivesTheBlockThatHoldsTheName(string language, string answer) =>
        Assert.Equal("int f(int x) { return 2 * x; }", Extractor.Extract(answer, ProblemIn(language)));

    /// <summary>Names of what all languages have aside, Python's rules don't reach other languages.</summary>
    [Fact]
    public void Extract_OtherLanguage_KeepsTemplateStringsAndQuotes()
    {
        const string Code = "function f(x) {\n  const a = `it's ${x}`;\n  return x * 2; // don't\n}";
        Assert.Equal(Code, Extractor.Extract($"```js\n{Code}\n```\nThat's it.", ProblemIn("javascript")));
        Assert.Equal(Code, Extractor.Extract(Code, ProblemIn("javascript")));
    }

    [Fact]
    public void Extract_PlainCode_ComesBackFromEveryForm()
    {
        var random = new Random(20);
        for (int round = 0; round < 300; round++)
        {
            string code = RandomCode(random);
            Assert.Equal(code, Extractor.Extract(code));
            Assert.Equal(code, Extractor.Extract(code + "\n\n"));
            string fence = new(random.Next(2) == 0 ? '`' : '~', random.Next(4, 7));
            string tag = random.GetItems(["python", "py", "", "Python3"], 1)[0];
            string wrapped = $"{fence}{tag}\n{code}\n{fence}\n";
            Assert.Equal(code, Extractor.Extract(wrapped));
            Assert.Equal(code, Extractor.Extract($"Sure, here's the code:\n\n{wrapped}\nIt's easy, isn't it?\n"));
            Assert.Equal(code, Extractor.Extract(wrapped.ReplaceLineEndings("\r\n")));
            Assert.Equal(code, Extractor.Extract($"Here:\n{fence}{tag}\n{code}"));
            Assert.Equal(code, Extractor.Extract($"```python\n{code}\n```\n"));
            Assert.Equal(code, Extractor.Extract($"{code}\n```\nIt's easy, isn't it?\n"));
        }
    }

    [Fact]
    public void Extract_AnyText_NeverFailsAndIsStable()
    {
        string[] pieces =
        [
            "```",
            "````",
            "~~~",
            "python",
            "\n",
            "\n\n",
            "\"\"\"",
            "'",
            "def f(x):",
            "    return x",
            "(",
            "]",
            "\\",
            "if",
            " ",
            "é",
            "print(1)",
            "Text here.",
            "\r\n",
            "[PYTHON]",
            "</think>",
            "#",
        ];
        var random = new Random(21);
        for (int round = 0; round < 2000; round++)
        {
            string answer = string.Concat(random.GetItems(pieces, random.Next(1, 40)));
            Assert.NotNull(Extractor.Extract(answer));
            Assert.NotNull(new CodeBlockAnswerExtractor(["f"]).Extract(answer));
            Assert.NotNull(Extractor.Extract(answer, ProblemIn("cpp")));
        }
    }

    /// <summary>Where a pattern's time isn't linear, it is given up after five seconds, and the answer comes back as it is.</summary>
    [Fact]
    public void Extract_HugeAnswers_TakeLinearTime()
    {
        string[] answers =
        [
            new string('a', 1 << 16),
            string.Concat(Enumerable.Repeat("0x1, ", 1 << 15)),
            "x = [\n" + string.Concat(Enumerable.Repeat("    0x1,\n", 1 << 14)) + "]",
            "def f(x):\n    \"\"\"" + string.Concat(Enumerable.Repeat("text and words\n", 1 << 13)) + "\"\"\"\n    return x",
            "@a\n" + string.Concat(Enumerable.Repeat("# words\n\n", 1 << 12)) + "x = 1",
            string.Concat(Enumerable.Repeat("word: ", 1 << 14)) + "``` a b",
        ];
        Assert.All(
            answers,
            answer =>
            {
                long start = Stopwatch.GetTimestamp();
                Assert.Equal(answer.TrimEnd(), new CodeBlockAnswerExtractor(["f"]).Extract(answer));
                Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 4.5);
            }
        );
    }

    [Fact]
    public void Find_Names_GivesEachAndNamesAllForAnother()
    {
        Assert.Equal(["paper", "code-block", "none"], AnswerExtractors.All.Select(extractor => extractor.Name));
        Assert.All(AnswerExtractors.All, extractor => Assert.Same(extractor, AnswerExtractors.Find(extractor.Name)));
        Assert.Contains("paper, code-block, none", Assert.Throws<ArgumentException>(() => AnswerExtractors.Find("other")).Message);
        Assert.Equal(" a\n```\n", AnswerExtractors.None.Extract(" a\n```\n"));
        Assert.Equal(3, new[] { new PaperAnswerExtractor(), new(["\nx"]), new([]) }.Select(extractor => extractor.Name).Distinct().Count());
    }

    private static EvaluationProblem ProblemIn(string language) =>
        new()
        {
            TaskId = "t",
            Instruction = "",
            Tests = new OtherTests(language),
        };

    /// <summary>Statements of all forms, with fences, quotes and words in strings and comments.</summary>
    private static string RandomCode(Random random)
    {
        string[] strings =
        [
            "'```'",
            "\"it's ```python\"",
            "'''one\n```\ntwo\n```\n'''",
            "\"\"\"Here is text.\n\n```python\nf(1)\n```\nIt's a text.\"\"\"",
            "r'\\d```'",
            "'a\\'b'",
            "f'{1!r} words here'",
        ];
        string[] forms =
        [
            "def f{0}(x, *, y={1}):\n    # Don't touch: this is a comment\n    return {1}",
            "class C{0}:\n    \"\"\"Some words here.\"\"\"\n\n    text = {1}",
            "if x{0} != {1}:\n    pass\nelse:\n    y = (1,\n2)",
            "print({1}, end='')",
            "assert {1}, {1}",
            "v{0}: dict = {{\n'a': {1},\n}}",
            "for i in range({0}):\n    print(i, {1})",
            "a = 1 if b else \\\n    {1}",
            "@decorate({1})\ndef g{0}(): return lambda: {1}",
            "{1}",
        ];
        var code = new StringBuilder("import os");
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            code.Append(random.Next(2) == 0 ? "\n" : "\n\n")
                .AppendFormat(CultureInfo.InvariantCulture, random.GetItems(forms, 1)[0], random.Next(9), random.GetItems(strings, 1)[0]);
        }

        return code.ToString();
    }

    private sealed record OtherTests(string Language) : IProblemTests
    {
        public IReadOnlyList<string> EntryPoints => ["f"];

        public SandboxLimits DefaultLimits => new();

        public IReadOnlyList<string> Identity => [];

        public Task<Verdict> JudgeAsync(
            string code,
            ICodeSandbox sandbox,
            SandboxLimits limits,
            CancellationToken cancellationToken = default
        ) => throw new InvalidOperationException("No answer of these is judged.");
    }
}
