using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Evaluation.Benchmarks;

public sealed class MultiPlEReadingTests : IDisposable
{
    private const string DataSet =
        """{"name":"HumanEval_1_f","language":"LANG","prompt":"\n// f\nlong f() {\n","doctests":"transform","original":"f.py","prompt_terminology":"reworded","tests":"}\nint main() {\n}\n","stop_tokens":["\n}"]}""";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("multipl-e-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The texts that the paper's src/test.py gives a model, without its markers.</summary>
    [Theory]
    [InlineData("cpp", "cpp", "C++", "```c++\n", "'\\nint main' '\\n}' ''")]
    [InlineData("cs", "csharp", "CSharp", "```csharp\n", "'\\n}' ''")]
    [InlineData("java", "java", "Java", "```java\n", "'\\n}' ''")]
    [InlineData("js", "javascript", "Javascript", "```javascript\n", "'\\n}' '\\n}'")]
    [InlineData("php", "php", "PHP", "```php\n", "'\\n}' '\\n}'")]
    [InlineData("ts", "typescript", "Typescript", "```typescript\n", "'\\n}' '\\n}' '\\n}'")]
    [InlineData("sh", "bash", "Bash", "```bash\n", "'\\n}' ''")]
    [InlineData("swift", "swift", "Swift", "```swift\n", "'\\n}' ''")]
    [InlineData("rs", "rust", "Rs", "```rs\n", "'\\nfn main()' '\\n}' ''")]
    [InlineData("go_test.go", "go", "Go", "```go\n", "'\\n}' ''")]
    [InlineData("lua", "lua", "Lua", "```lua\n", "'\\n}' ''")]
    [InlineData("zig", "zig", "zig", "```zig\n", "'\\n}' ''")]
    public async Task Read_Language_HasThePapersPrompt(string language, string sandbox, string shown, string fence, string extractor)
    {
        EvaluationProblem problem = Assert.Single(await ReadAsync(DataSet.Replace("LANG", language, StringComparison.Ordinal)));
        Assert.Equal("HumanEval_1_f", problem.TaskId);
        Assert.Equal($"Write a complete {shown} function for the problem.\n\n// f\nlong f() {{", problem.Instruction);
        Assert.Equal($"{fence}\n// f\nlong f() {{\n", problem.AnswerPrefix);
        Assert.Equal("paper continuation " + extractor, problem.Extractor.Name);
        string code = problem.Extractor.Extract("    return 1;\n}\n```");
        Assert.StartsWith("\n// f\nlong f() {\n    return 1;", code, StringComparison.Ordinal);
        ProgramTests tests = Assert.IsType<ProgramTests>(problem.Tests);
        Assert.Equal((sandbox, "\n// f\nlong f() {\n", "}\nint main() {\n}\n"), (tests.Language, tests.ProgramPrefix, tests.Test));
        Assert.Equal(problem.Tests.Identity, [.. tests.Identity]);
    }

    [Fact]
    public async Task Read_OtherFieldNames_AreTakenToo()
    {
        EvaluationProblem problem = Assert.Single(
            await ReadAsync("""{"task_id":"t","language":"js","prompt":"function f(){\n","test":"test();"}""")
        );
        Assert.Equal(("t", "test();"), (problem.TaskId, ((ProgramTests)problem.Tests).Test));
        Assert.Equal("function f(){\n  return 1;\n}", problem.Extractor.Extract("  return 1;\n}\nf();"));
    }

    [Fact]
    public async Task Read_Python_IsJudgedInTwoProcesses()
    {
        EvaluationProblem problem = Assert.Single(
            await ReadAsync(
                """{"name":"t","language":"py","prompt":"def g(): pass\ndef f(x):\n","tests":"def check(f):\n    assert f(1) == 2\ncheck(f)"}"""
            )
        );
        PythonTests tests = Assert.IsType<PythonTests>(problem.Tests);
        Assert.Equal(["f"], tests.EntryPoints);
        Assert.Equal("def check(f):\n    assert f(1) == 2\ncheck(f)\n", tests.Test);
    }

    [Theory]
    [InlineData("""{"name":"t","language":"js","prompt":"function f(){\n"}""", "test")]
    [InlineData("""{"name":"t","prompt":"function f(){\n","tests":""}""", "language")]
    [InlineData("""{"language":"js","prompt":"function f(){\n","tests":""}""", "name")]
    [InlineData("""{"name":"t","language":"js","prompt":1,"tests":""}""", "prompt")]
    [InlineData("""{"name":"t","language":"js","prompt":"","tests":"","stop_tokens":"x"}""", "stop_tokens")]
    [InlineData("""{"name":"t","language":"py","prompt":"x = 1","tests":""}""", "prompt")]
    public async Task Read_OtherRecords_SaysWhatIsWrong(string record, string field)
    {
        DataFormatException exception = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(record));
        Assert.Equal((1, field), (exception.Line, exception.Field));
    }

    [Fact]
    public async Task Read_OwnTasks_AreOfLanguagesThatTheSandboxHas()
    {
        Assert.Same(EvaluationBenchmarks.MultiPlE, EvaluationBenchmarks.Find("multipl-e"));
        foreach (string language in Judging.MultiPlETasks.Languages)
        {
            Assert.All(
                await Judging.MultiPlETasks.ReadAsync(language),
                task => Assert.Contains(SandboxLanguages.All, one => one.Name == task.Problem.Tests.Language)
            );
        }
    }

    private async Task<IReadOnlyList<EvaluationProblem>> ReadAsync(string record)
    {
        string path = Path.Combine(folder.FullName, "file.jsonl");
        await File.WriteAllTextAsync(path, record + "\n");
        return await EvaluationBenchmarks.MultiPlE.ReadAsync(path);
    }
}
