using System.Text.Json;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Evaluation.Benchmarks;

public sealed class EvalPlusReadingTests : IDisposable
{
    private const string HumanEval =
        """{"task_id":"HumanEval/0","prompt":"def f(x):\n    \"\"\" one more \"\"\"\n","entry_point":"f","canonical_solution":"    return x + 1\n","contract":"","base_input":[[1],[2]],"plus_input":[[3]],"atol":1e-06}""";
    private const string Mbpp =
        "{\"task_id\":\"Mbpp/2\",\"prompt\":\"\\\"\\\"\\\"\\nWrite it. \\nassert similar_elements((3,)) == 1\\n\\\"\\\"\\\"\\n\","
        + "\"entry_point\":\"similar_elements\",\"canonical_solution\":\"def similar_elements(a): return a\","
        + "\"base_input\":[[[3, Infinity, \"\\\\\\\"Infinity\"]]],"
        + "\"atol\":0,\"plus_input\":{},\"contract\":\"\",\"assertion\":\"\"}";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_HumanEvalPlus_HasInputsAndTolerance()
    {
        EvaluationProblem problem = Assert.Single(await EvaluationBenchmarks.HumanEvalPlus.ReadAsync(Write(HumanEval)));
        FunctionTests tests = Assert.IsType<FunctionTests>(problem.Tests);
        Assert.Equal("Write a complete Python function for the problem.\n\ndef f(x):\n    \"\"\" one more \"\"\"", problem.Instruction);
        Assert.Equal("```python\n", problem.AnswerPrefix);
        Assert.Equal(("[[1],[2]]", "[[3]]", 1e-6), (tests.BaseInputs, tests.PlusInputs, tests.Rules.AbsoluteTolerance));
        Assert.Equal(("f", "def f(x):\n    \"\"\" one more \"\"\"\n"), (tests.EntryPoint, tests.ProgramPrefix));
    }

    [Fact]
    public async Task Read_MbppPlus_HasFormsOracleAndInfinity()
    {
        EvaluationProblem problem = Assert.Single(await EvaluationBenchmarks.MbppPlus.ReadAsync(Write(Mbpp)));
        FunctionTests tests = Assert.IsType<FunctionTests>(problem.Tests);
        Assert.Equal(
            "Write it. \nYour code should satisfy the following assertion:\n```python\nassert similar_elements((3,)) == 1\n```",
            problem.Instruction
        );
        Assert.Equal("""[[[3, 1e999, "\\\"Infinity"]]]""", tests.BaseInputs);
        Assert.Equal("[]", tests.PlusInputs);
        Assert.Equal([ArgumentForm.Tuple], tests.ArgumentForms);
        Assert.Equal(FunctionOracle.SameElements, tests.Rules.Oracle);
    }

    [Theory]
    [InlineData(
        "humaneval-plus",
        """{"task_id":"a","prompt":"","entry_point":"f","canonical_solution":"","test":"def check(f): pass"}""",
        "benchmark humaneval"
    )]
    [InlineData("mbpp-plus", """{"task_id":1,"text":"","code":"","test_list":["assert f()"]}""", "benchmark mbpp")]
    [InlineData("humaneval", HumanEval, "benchmark humaneval-plus")]
    [InlineData("mbpp", Mbpp, "not JSON")]
    [InlineData(
        "humaneval-plus",
        """{"task_id":"a","prompt":"","entry_point":"f","canonical_solution":"","base_input":[],"plus_input":[]}""",
        "'base_input': is empty"
    )]
    [InlineData(
        "humaneval-plus",
        """{"task_id":"a","prompt":"","entry_point":"f","canonical_solution":"","base_input":[1],"plus_input":[]}""",
        "must be a list of lists"
    )]
    [InlineData(
        "humaneval-plus",
        """{"task_id":"a","prompt":"","entry_point":"f","canonical_solution":"","base_input":[[1]]}""",
        "'plus_input' is missing"
    )]
    [InlineData(
        "mbpp-plus",
        """{"task_id":"a","prompt":"one line","entry_point":"f","canonical_solution":"","base_input":[[1]],"plus_input":[]}""",
        "text and an assert"
    )]
    [InlineData("mbpp-plus", "{}", "'prompt' is missing")]
    [InlineData("humaneval-plus", "{}", "'prompt' is missing")]
    public async Task Read_AnotherFormat_NamesTheBenchmarkOrField(string benchmark, string content, string message)
    {
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => EvaluationBenchmarks.Find(benchmark).ReadAsync(Write(content)));
        Assert.Equal(1, exception.Line);
        Assert.Contains(message, exception.Message);
    }

    [Theory]
    [InlineData("humaneval-plus", "humanevalplus/HumanEvalPlus.jsonl.gz", 164, true)]
    [InlineData("humaneval-plus", "humanevalplus/HumanEvalPlus-Mini.jsonl.gz", 164, true)]
    [InlineData("humaneval-plus", "humanevalplus/HumanEvalPlus-OriginFmt.jsonl.gz", 164, false)]
    [InlineData("mbpp-plus", "mbppplus/MbppPlus.jsonl.gz", 378, true)]
    [InlineData("mbpp-plus", "mbppplus/MbppPlus-OriginFmt.jsonl.gz", 378, false)]
    [Trait("Category", "Golden")]
    public async Task Read_PublishedSets_AreWhole(string benchmark, string file, int count, bool own)
    {
        IReadOnlyList<EvaluationProblem> problems = await ReadAsync(benchmark, file);
        Assert.Equal(count, problems.Count);
        Assert.All(problems, problem => Assert.IsType(own ? typeof(FunctionTests) : typeof(PythonTests), problem.Tests));
    }

    [Theory]
    [InlineData("humaneval/HumanEval.jsonl.gz", "humaneval-plus", "read them as the benchmark humaneval")]
    [InlineData("mbpp/mbpp.jsonl", "mbpp-plus", "read them as the benchmark mbpp")]
    [InlineData("mbpp/sanitized-mbpp.json", "mbpp-plus", "read them as the benchmark mbpp")]
    [Trait("Category", "Golden")]
    public async Task Read_OriginalSets_AreRefused(string file, string benchmark, string message)
    {
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(benchmark, file));
        Assert.Contains(message, exception.Message);
    }

    /// <summary>The paper's script makes its prompts from EvalPlus's own files, in this way.</summary>
    [Theory]
    [InlineData("humanevalplus/HumanEvalPlus.jsonl.gz", "humaneval-plus", "humanevalplus/HumanEvalPlus.jsonl.gz")]
    [InlineData("humanevalplus/HumanEvalPlus.jsonl.gz", "humaneval-plus", "humanevalplus/HumanEvalPlus-OriginFmt.jsonl.gz")]
    [InlineData("humanevalplus/HumanEvalPlus.jsonl.gz", "humaneval", "humanevalplus/HumanEvalPlus-OriginFmt.jsonl.gz")]
    [InlineData("humanevalplus/HumanEvalPlus.jsonl.gz", "humaneval", "humaneval/HumanEval.jsonl.gz")]
    [InlineData("mbppplus/MbppPlus.jsonl.gz", "mbpp-plus", "mbppplus/MbppPlus.jsonl.gz")]
    [InlineData("mbppplus/MbppPlus.jsonl.gz", "mbpp-plus", "mbppplus/MbppPlus-OriginFmt.jsonl.gz")]
    [InlineData("mbppplus/MbppPlus.jsonl.gz", "mbpp", "mbppplus/MbppPlus-OriginFmt.jsonl.gz")]
    [Trait("Category", "Golden")]
    public async Task Read_PublishedSets_HaveThePapersPromptsByteForByte(string source, string benchmark, string file)
    {
        bool mbpp = source.StartsWith("mbpp", StringComparison.Ordinal);
        Dictionary<string, string> prompts = [];
        foreach (TextLine line in LineReader.Read(EvalPlusPath(source)))
        {
            if (!line.IsBlank)
            {
                string text = System.Text.Encoding.UTF8.GetString(line.Bytes.Span).Replace("-Infinity", "0").Replace("Infinity", "0");
                using JsonDocument record = JsonDocument.Parse(text);
                string prompt = record.RootElement.GetProperty("prompt").GetString()!;
                string[] lines = prompt.Replace("\"\"\"", "").Trim().Split('\n');
                prompts[record.RootElement.GetProperty("task_id").GetString()!] = mbpp
                    ? $"{lines[0]}\nYour code should satisfy the following assertion:\n```python\n{lines[1]}\n```"
                    : $"Write a complete Python function for the problem.\n\n{prompt.Trim()}";
            }
        }

        foreach (EvaluationProblem problem in await ReadAsync(benchmark, file))
        {
            // OpenAI's file has an ill-formed docstring there, which EvalPlus mended.
            if (problem.TaskId != "HumanEval/115" || file != "humaneval/HumanEval.jsonl.gz")
            {
                Assert.Equal(prompts[problem.TaskId], problem.Instruction);
            }

            Assert.Equal("```python\n", problem.AnswerPrefix);
        }
    }

    private static string EvalPlusPath(string file) => EvaluationData.PathOf(file);

    private static Task<IReadOnlyList<EvaluationProblem>> ReadAsync(string benchmark, string file) =>
        EvaluationBenchmarks.Find(benchmark).ReadAsync(EvaluationData.PathOf(file));

    private string Write(string content)
    {
        string path = Path.Combine(folder.Path, "problems.jsonl");
        File.WriteAllText(path, content);
        return path;
    }
}
