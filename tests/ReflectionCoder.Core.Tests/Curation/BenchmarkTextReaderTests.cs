using ReflectionCoder.Curation;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Curation;

public sealed class BenchmarkTextReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_BenchmarksOfSeveralForms_GivesTheirTexts()
    {
        string path = Write(
            "mbpp.v2.jsonl",
            """{"task_id": "HumanEval/0", "prompt": "def f():", "canonical_solution": "return 1", "test": "assert f()"}""",
            "",
            """{"task_id": 11, "text": "Write it.", "code": "x = 1", "test_list": []}"""
        );
        Assert.Equal(
            [
                new BenchmarkText("mbpp", "HumanEval/0", "def f():"),
                new BenchmarkText("mbpp", "HumanEval/0", "return 1"),
                new BenchmarkText("mbpp", "11", "Write it."),
                new BenchmarkText("mbpp", "11", "x = 1"),
            ],
            BenchmarkTextReader.Read(path)
        );
    }

    [Fact]
    public void Read_Array_GivesTheTextsOfItsElements()
    {
        string path = Write(
            "sanitized-mbpp.json",
            "[",
            """{"task_id": 2, "prompt": "Write it.",""",
            "\"code\": \"x = 1\"}, {\"prompt\": \"p\"}]"
        );
        Assert.Equal(
            [
                new BenchmarkText("sanitized-mbpp", "2", "Write it."),
                new BenchmarkText("sanitized-mbpp", "2", "x = 1"),
                new BenchmarkText("sanitized-mbpp", "line 2", "p"),
            ],
            BenchmarkTextReader.Read(path)
        );
    }

    [Fact]
    public void Read_LineWithoutText_NamesFileAndLine()
    {
        string path = Write("b.jsonl", """{"name": "a", "prompt": "p"}""", """{"name": "b"}""");
        DataFormatException error = Assert.Throws<DataFormatException>(() => BenchmarkTextReader.Read(path).ToList());
        Assert.Equal((path, 2L), (error.Path, error.Line));
    }

    private string Write(string name, params string[] lines)
    {
        string path = Path.Combine(folder.Path, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
