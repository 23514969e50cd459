using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Benchmarks;

public sealed class LiveCodeBenchTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>, IDisposable
{
    private const string Functional = """[{"input":"[1, 2]\n3","output":"[1, 2, 3]","testtype":"functional"}]""";
    private const string Standard = """[{"input":"1\n2\n","output":"3\n","testtype":"stdin"}]""";

    /// <summary>What Python's pickle writes for one text, protocol by protocol, compressed and in base64.</summary>
    private static readonly string[] Packed =
    [
        "eJxrYIqwYWBgiK5WyswrKC1RslJQMozJM1LSUVDKLy2BihiDuCWpxSUllQWpIIG00rzkksz8vMQcpdrYQgY9AK2oFJo=",
        "eJxrYI6wYWBgiK5WyswrKC1RslJQMozJM1LSUVDKLy2BihiDuCWpxSUllQWpIIG00rzkksz8vMQcpdrYQgY9AK3tFJs=",
        "eJxrYJnqwAABPTbR1UqZeQWlJUpWCkqGMXlGSjoKSvmlJVARYxC3JLW4pKSyIBUkkFaal1ySmZ+XmKNUGztFDwDk6RXI",
        "eJxrYJ3qwAABPTbR1UqZeQWlJUpWCkqGMXlGSjoKSvmlJVARYxC3JLW4pKSyIBUkkFaal1ySmZ+XmKNUGztFDwDlMxXJ",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_Function_HasPromptAndBothKindsOfTests()
    {
        EvaluationProblem problem = await ReadAsync(
            Record(Functional, Functional, "{\"func_name\": \"join\"}", "class Solution:\n    def join(self):")
        );
        Assert.Equal("abc_1", problem.TaskId);
        Assert.Equal(
            "You are an expert Python programmer. You will be given a question (problem specification) and will generate a correct Python "
                + "program that matches the specification and passes all tests.\n\n### Question:\nJoin.\n\n### Format: You will use the "
                + "following starter code to write the solution to the problem and enclose your code within delimiters.\n```python\nclass "
                + "Solution:\n    def join(self):\n```\n\n### Answer: (use the provided format with backticks)\n\n",
            problem.Instruction
        );
        Assert.Equal("", problem.AnswerPrefix);
        Assert.IsType<LastBlockExtractor>(problem.Extractor);
        FunctionTests tests = Assert.IsType<FunctionTests>(problem.Tests);
        Assert.Equal(("join", true, FunctionOracle.Json), (tests.EntryPoint, tests.MayBeMethod, tests.Rules.Oracle));
        Assert.Equal(TimeSpan.FromSeconds(6), tests.Rules.InputTime);
        Assert.Equal("[\"[1, 2, 3]\",\"[1, 2, 3]\"]", tests.ExpectedOutputs);
    }

    [Theory]
    [InlineData("class Solution:\n    def join(self, a: List[int], b):\n        return a + [b]", true)]
    [InlineData("class Solution:\n    def join(self, a, b):\n        return tuple(a + [b])", true)]
    [InlineData("def join(a, b):\n    return a + [b]", true)]
    [InlineData("class Solution:\n    def join(self, a, b):\n        return a + [float(b) + 1e-9]", false)]
    [InlineData("class Solution:\n    def join(self, a, b):\n        return a", false)]
    [InlineData("class Solution:\n    def other(self, a, b):\n        return a", false)]
    public async Task Judge_Function_ComparesWithTheAnswer(string code, bool passed)
    {
        fixture.SkipIfUnavailable();
        IProblemTests tests = (await ReadAsync(Record(Functional, "[]", "{\"func_name\": \"join\"}", "class Solution:"))).Tests;
        Verdict verdict = await tests.JudgeAsync(code, fixture.Sandbox, tests.DefaultLimits);
        Assert.Equal(passed, verdict.Passed);
        Assert.Null(verdict.BasePassed);
    }

    [Theory]
    [InlineData("print(int(input()) + int(input()))", true)]
    [InlineData("def main():\n    print(sum(map(int, stdin.read().split())))\nif __name__ == '__main__':\n    main()", true)]
    [InlineData("print(4)", false)]
    public async Task Judge_Program_ComparesWhatItPrints(string code, bool passed)
    {
        fixture.SkipIfUnavailable();
        EvaluationProblem problem = await ReadAsync(Record(Standard, Standard, "{}", ""));
        Assert.Contains("### Format: Read the inputs from stdin solve the problem", problem.Instruction);
        Assert.Contains("```python\n# YOUR CODE HERE\n```", problem.Instruction);
        StandardInputTests tests = Assert.IsType<StandardInputTests>(problem.Tests);
        Assert.Equal([new("1\n2\n", "3\n"), new("1\n2\n", "3\n")], tests.Cases);
        Verdict verdict = await tests.JudgeAsync(code, fixture.Sandbox, tests.DefaultLimits);
        Assert.Equal(passed, verdict.Passed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Read_PackedTests_AreUnpacked(int index)
    {
        EvaluationProblem problem = await ReadAsync(Record("[]", Packed[index], "{\"func_name\": \"f\"}", ""));
        Assert.Equal("[\"1\\n2\"]", Assert.IsType<FunctionTests>(problem.Tests).BaseInputs);
    }

    [Fact]
    public void Unpickle_LongText_IsRead()
    {
        string text = new('x', 300);
        byte[] length = BitConverter.GetBytes(300L);
        Assert.Equal(
            text,
            PickledText.Unpickle([0x80, 4, 0x95, .. new byte[8], 0x8d, .. length, .. Encoding.UTF8.GetBytes(text), 0x94, (byte)'.'])
        );
        Assert.Equal(
            text,
            PickledText.Unpickle([
                (byte)'X',
                .. length[..4],
                .. Encoding.UTF8.GetBytes(text),
                (byte)'q',
                0,
                (byte)'r',
                .. length[..4],
                (byte)'.',
            ])
        );
    }

    /// <summary>A pickle can call anything, so nothing but a string is read.</summary>
    [Theory]
    [InlineData("eJxrYJnqzAABsVN6bKKrlTLzCkpLlKwUlAxj8oyUdBSU8ktLoCLGIG5JanFJSWVBKkggrTQvuSQzPy8xR6k2dkqiHgA9aBcd")]
    [InlineData("eJxrYJkqxwABPRxJpZk5JZl5xVN6WAuKMvNKpkye0sNYMaV1StAUPQDyFg4J")]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    [InlineData("")]
    public async Task Read_AnotherPickle_IsRefused(string hidden)
    {
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(Record(Functional, hidden, "{}", "")));
        Assert.Equal((1, "private_test_cases"), (exception.Line, exception.Field));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("X\u0005\0\0\0ab.")]
    [InlineData("X\u0001\0\0\0a")]
    [InlineData("X\u0001\0\0\0a..")]
    [InlineData("X\u0001\0\0\0aX\u0001\0\0\0a.")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffa.")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffa.")]
    [InlineData("cos\nsystem\n(X\u0002\0\0\0lstR.")]
    [InlineData("")]
    public void Unpickle_AnythingElse_IsRefused(string pickle) =>
        Assert.Throws<FormatException>(() => PickledText.Unpickle(Encoding.Latin1.GetBytes(pickle)));

    [Fact]
    public void Read_Bomb_IsStoppedBeforeItIsLarge()
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(new byte[64 << 20]);
        }

        var exception = Assert.Throws<FormatException>(() => PickledText.Read(Convert.ToBase64String(compressed.ToArray()), 1 << 20));
        Assert.Contains("larger than 1048576 bytes", exception.Message);
    }

    [Theory]
    [InlineData("[]", "[]", "{}", "public_test_cases")]
    [InlineData("{}", "[]", "{}", "public_test_cases")]
    [InlineData("[1]", "[]", "{}", "public_test_cases")]
    [InlineData("[{\"input\":\"\"}]", "[]", "{}", "public_test_cases")]
    [InlineData("no", "[]", "{}", "public_test_cases")]
    [InlineData("[]", "[{\"input\":\"\"}]", "{}", "private_test_cases")]
    [InlineData("[]", "[{\"input\":\"no\",\"output\":\"1\"}]", "{\"func_name\":\"f\"}", "private_test_cases")]
    [InlineData(Standard, "[]", "no", "metadata")]
    public async Task Read_BadRecord_NamesTheField(string shown, string hidden, string metadata, string field)
    {
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(Record(shown, hidden, metadata, "")));
        Assert.Equal((1, field), (exception.Line, exception.Field));
    }

    [Theory]
    [InlineData("First:\n```python\na\n```\nThen:\n```\nb\nc\n```\nDone.", "b\nc")]
    [InlineData("```python\na\n```", "a")]
    [InlineData("a", "")]
    [InlineData("```python\na", "")]
    public void Extract_LastBlock(string answer, string code) => Assert.Equal(code, new LastBlockExtractor().Extract(answer));

    private static string Record(string shown, string hidden, string metadata, string starter) =>
        new JsonObject
        {
            ["question_title"] = "t",
            ["question_content"] = "Join.",
            ["platform"] = "leetcode",
            ["question_id"] = "abc_1",
            ["contest_id"] = "c",
            ["contest_date"] = "2024-01-01T00:00:00",
            ["starter_code"] = starter,
            ["difficulty"] = "easy",
            ["public_test_cases"] = shown,
            ["private_test_cases"] = hidden,
            ["metadata"] = metadata,
        }.ToJsonString();

    private async Task<EvaluationProblem> ReadAsync(string record)
    {
        await File.WriteAllTextAsync(folder.File("problems.jsonl"), record);
        return Assert.Single(await EvaluationBenchmarks.LiveCodeBench.ReadAsync(folder.File("problems.jsonl")));
    }
}
