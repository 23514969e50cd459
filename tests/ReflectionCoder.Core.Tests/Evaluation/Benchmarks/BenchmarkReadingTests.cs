using System.IO.Compression;
using System.Text;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Evaluation.Benchmarks;

public sealed class BenchmarkReadingTests : IDisposable
{
    private const string HumanEval =
        """{"task_id":"HumanEval/0","prompt":"def f(x):\n    \"\"\" one more \"\"\"\n","entry_point":"f","canonical_solution":"    return x + 1\n","test":"def check(candidate):\n    assert candidate(1) == 2\n"}""";
    private const string Mbpp =
        """{"text":"Write f. ","code":"def helper(x):\r\n  return x\r\ndef f(x):\r\n  return helper(x)","task_id":7,"test_setup_code":"import math","test_list":["assert f(1) == 1","assert f(2) == 2"],"challenge_test_list":[]}""";
    private const string MbppPlus =
        """{"task_id":2,"code":"def sum(a,b): return a","prompt":"Write sum.","test_imports":[],"test_list":["assert set(sum((3,),(5,))) == set((3,))"],"test":"inputs = [1]\nassertion(sum(*i))"}""";
    private const string Tasks =
        """{"task_id":"lists/a","instruction":"Write f.","entry_point":"f","solution":"def f(): return 1","asserts":["assert f() == 1","assert f()"],"split":"held_out"}""";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("reader-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Read_HumanEval_HasThePapersPrompt()
    {
        EvaluationProblem problem = Assert.Single(await EvaluationBenchmarks.HumanEval.ReadAsync(Write(HumanEval)));
        PythonTests tests = TestsOf(problem);
        Assert.Equal("Write a complete Python function for the problem.\n\ndef f(x):\n    \"\"\" one more \"\"\"", problem.Instruction);
        Assert.Equal("```python\n", problem.AnswerPrefix);
        Assert.Equal("def check(candidate):\n    assert candidate(1) == 2\n\ncheck(f)\n", tests.Test);
        Assert.Equal(["f"], TestsOf(problem).EntryPoints);
    }

    [Fact]
    public async Task Read_Mbpp_HasThePapersPromptAndOnlyWhatTestsCall()
    {
        EvaluationProblem problem = Assert.Single(await EvaluationBenchmarks.Mbpp.ReadAsync(Write(Mbpp)));
        Assert.Equal("Write f.\nYour code should satisfy the following assertion:\n```python\nassert f(1) == 1\n```", problem.Instruction);
        Assert.Equal(
            ("Mbpp/7", "import math", "assert f(1) == 1\nassert f(2) == 2\n"),
            (problem.TaskId, TestsOf(problem).Setup, TestsOf(problem).Test)
        );
        Assert.Equal(["f"], TestsOf(problem).EntryPoints);
    }

    [Fact]
    public async Task Read_MbppPlusInArray_TestsTheAddedInputs()
    {
        EvaluationProblem problem = Assert.Single(await EvaluationBenchmarks.Mbpp.ReadAsync(Write("[" + MbppPlus + "]")));
        Assert.Equal(("Mbpp/2", "inputs = [1]\nassertion(sum(*i))\n"), (problem.TaskId, TestsOf(problem).Test));
        Assert.Equal(["sum"], TestsOf(problem).EntryPoints);
    }

    [Fact]
    public async Task Read_GzippedTasks_HaveTheirSplit()
    {
        string path = Path.Combine(folder.FullName, "tasks.jsonl.gz");
        await using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Tasks + "\n\n" + Tasks.Replace("lists/a", "lists/b") + "\n"));
        }

        IReadOnlyList<EvaluationProblem> problems = await EvaluationBenchmarks.Tasks.ReadAsync(path);
        Assert.Equal(["lists/a", "lists/b"], problems.Select(problem => problem.TaskId));
        Assert.All(
            problems,
            problem => Assert.Equal(("held_out", "assert f() == 1\nassert f()\n"), (problem.Split, TestsOf(problem).Test))
        );
    }

    [Theory]
    [InlineData(Tasks + "\n{\"task_id\":", "tasks", 2, "not JSON")]
    [InlineData(Tasks + "\n" + Tasks, "tasks", 2, "twice")]
    [InlineData(Tasks + "\n[1]", "tasks", 2, "expected a JSON object")]
    [InlineData("{}", "tasks", 1, "'asserts'")]
    [InlineData("{}", "humaneval", 1, "'prompt'")]
    [InlineData("{}", "mbpp", 1, "'prompt'")]
    [InlineData(Tasks, "humaneval", 1, "'prompt'")]
    [InlineData("{\"task_id\":\"a\",\"instruction\":1}", "tasks", 1, "'asserts'")]
    [InlineData("{\"task_id\":\"a\",\"instruction\":1,\"asserts\":[1]}", "tasks", 1, "list of texts")]
    [InlineData("{\"task_id\":\"a\",\"instruction\":1,\"solution\":\"\",\"asserts\":[\"a\"]}", "tasks", 1, "'instruction' must be text")]
    [InlineData("{\"task_id\":\"a\",\"instruction\":\"\",\"solution\":\"\",\"asserts\":[]}", "tasks", 1, "'asserts': is empty")]
    [InlineData("{\"task_id\":2,\"text\":\"\",\"code\":\"\",\"test_list\":[]}", "mbpp", 1, "'test_list': is empty")]
    [InlineData(
        "{\"prompt\":\"\",\"task_id\":\"a\",\"entry_point\":\"f\",\"canonical_solution\":\"\",\"test\":\" \"}",
        "humaneval",
        1,
        "'test': is empty"
    )]
    [InlineData("{\"task_id\":2.5,\"text\":\"\",\"code\":\"\",\"test_list\":[\"a\"]}", "mbpp", 1, "or a whole number")]
    [InlineData("{\"task_id\":2,\"text\":\"\\ud83d\",\"code\":\"\",\"test_list\":[\"a\"]}", "mbpp", 1, "half")]
    [InlineData("\n\n", "tasks", 0, "holds no problem")]
    public async Task Read_BadFile_NamesLineAndField(string content, string benchmark, int line, string message)
    {
        string path = Write(content);
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => EvaluationBenchmarks.Find(benchmark).ReadAsync(path));
        Assert.Equal((path, line), (exception.Path, exception.Line));
        Assert.Contains(message, exception.Message);
    }

    [Fact]
    public async Task Read_EvalPlusOwnFormat_IsRefused()
    {
        string path = Write(HumanEval.Replace("\"test\"", "\"plus_input\":[],\"test\""));
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => EvaluationBenchmarks.HumanEval.ReadAsync(path));
        Assert.Contains("OriginFmt", exception.Message);
    }

    [Fact]
    public async Task Read_NotGzip_IsNamed()
    {
        string path = Path.Combine(folder.FullName, "plain.jsonl.gz");
        await File.WriteAllTextAsync(path, Tasks);
        await Assert.ThrowsAsync<DataFormatException>(() => EvaluationBenchmarks.Tasks.ReadAsync(path));
    }

    [Fact]
    public async Task ReadCompletions_ManyOfATask_AreNumbered()
    {
        string path = Write(
            "{\"task_id\":\"a\",\"completion\":\"1\"}\n{\"task_id\":\"b\",\"completion\":\"2\"}\n{\"task_id\":\"a\",\"completion\":\"3\"}\n"
        );
        Assert.Equal([new("a", 0, "1"), new("b", 0, "2"), new("a", 1, "3")], await CompletionReader.ReadAsync(path));
        var exception = await Assert.ThrowsAsync<DataFormatException>(() =>
            CompletionReader.ReadAsync(path, [EvaluatorTests.Problem("a", "")])
        );
        Assert.Equal(2, exception.Line);
        await Assert.ThrowsAsync<DataFormatException>(() => CompletionReader.ReadAsync(Write("")));
    }

    /// <summary>MBPP's own files have numbers; the problems, and MBPP+, have names.</summary>
    [Fact]
    public async Task ReadCompletions_IntegerTaskId_IsTheProblemsName()
    {
        IReadOnlyList<EvaluationProblem> problems = await EvaluationBenchmarks.Mbpp.ReadAsync(Write(Mbpp));
        string path = Write("{\"task_id\":7,\"completion\":\"1\"}\n{\"task_id\":\"Mbpp/7\",\"completion\":\"2\"}\n");
        Assert.Equal([new("Mbpp/7", 0, "1"), new("Mbpp/7", 1, "2")], await CompletionReader.ReadAsync(path, problems));
        var exception = await Assert.ThrowsAsync<DataFormatException>(() =>
            CompletionReader.ReadAsync(Write("{\"task_id\":8,\"completion\":\"1\"}"), problems)
        );
        Assert.Contains("task 'Mbpp/8' is not among the problems", exception.Message);
    }

    [Theory]
    [InlineData("", "", false, 2)]
    [InlineData("\ufeff", "", false, 2)]
    [InlineData("[", "]", false, 2)]
    [InlineData("", "", true, 2)]
    public async Task ReadCompletions_InvalidUtf8_NamesFileAndLine(string before, string behind, bool gzip, int line)
    {
        string first = "{\"task_id\":\"ü\",\"completion\":\"é\"}";
        byte[] good = Encoding.UTF8.GetBytes($"{before}{first}{(before == "[" ? "," : "")}\n{first}{behind}\n");
        string path = Path.Combine(folder.FullName, gzip ? "completions.jsonl.gz" : "completions.jsonl");
        Save(good);
        Assert.Equal([new("ü", 0, "é"), new("ü", 1, "é")], await CompletionReader.ReadAsync(path));
        int second = good.AsSpan().LastIndexOf("é"u8);
        Save([.. good[..second], 0xe9, .. good[(second + 2)..]]);
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => CompletionReader.ReadAsync(path));
        Assert.Equal((path, line), (exception.Path, exception.Line));
        Assert.Contains("not valid UTF-8", exception.Message);

        void Save(byte[] bytes)
        {
            using Stream file = gzip ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path);
            file.Write(bytes);
        }
    }

    [Theory]
    [InlineData("humaneval", "humaneval/HumanEval.jsonl.gz", 164)]
    [InlineData("humaneval", "humanevalplus/HumanEvalPlus-OriginFmt.jsonl.gz", 164)]
    [InlineData("mbpp", "mbpp/mbpp.jsonl", 974)]
    [InlineData("mbpp", "mbpp/sanitized-mbpp.json", 427)]
    [InlineData("mbpp", "mbppplus/MbppPlus-OriginFmt.jsonl.gz", 378)]
    [Trait("Category", "Golden")]
    public async Task Read_PublishedBenchmarks_AreWhole(string benchmark, string file, int count)
    {
        IReadOnlyList<EvaluationProblem> problems = await EvaluationBenchmarks.Find(benchmark).ReadAsync(EvaluationData.PathOf(file));
        Assert.Equal(count, problems.Count);
        Assert.All(problems, problem => Assert.NotEmpty(TestsOf(problem).EntryPoints));
    }

    private static PythonTests TestsOf(EvaluationProblem problem) => Assert.IsType<PythonTests>(problem.Tests);

    private string Write(string content)
    {
        string path = Path.Combine(folder.FullName, "problems.jsonl");
        File.WriteAllText(path, content);
        return path;
    }
}
