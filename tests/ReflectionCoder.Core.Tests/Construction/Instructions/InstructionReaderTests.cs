using System.IO.Compression;
using System.Text;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Instructions;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Construction.Instructions;

public sealed class InstructionReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"instruction":"Sum.","input":"1 2","output":"3"}""", "Sum.\n\n1 2", null, "python")] // Alpaca
    [InlineData("""{"instruction":"Sum.","input":"","output":"So:\n```python\ns = 1\n```\nDone."}""", "Sum.", "s = 1", "python")]
    [InlineData("""{"lang":"JS","problem":"Sum.","solution":"let s = 1;"}""", "Sum.", "let s = 1;", "javascript")] // OSS-Instruct
    [InlineData("""{"query":"Sum.","programming_language":"c++"}""", "Sum.", null, "cpp")]
    [InlineData("""{"query":"Sum.","answer":"So:\n```python\ns = 1\n```"}""", "Sum.", "s = 1", "python")] // CodeFeedback
    [InlineData("""{"question":"Sum.","language":"Elixir"}""", "Sum.", null, "elixir")]
    [InlineData("""{"conversations":[{"from":"system","value":"Be good."},{"from":"human","value":"Sum."}]}""", "Sum.", null, "python")]
    [InlineData("""{"messages":[{"role":"user","content":"Sum."},{"role":"assistant","content":"1"}]}""", "Sum.", null, "python")]
    public async Task ReadAsync_PublicForm_IsFound(string line, string instruction, string? solution, string language)
    {
        ProgrammingTask task = Assert.Single(await ReadAsync([line]));
        Assert.Equal((instruction, solution, language), (task.Instruction, task.Solution, task.Language));
        Assert.Empty(task.Asserts);
        Assert.Matches("^[0-9a-f]{16}$", task.TaskId);
    }

    [Theory]
    [InlineData("""{"task_id":7,"prompt":"Sum.","test_list":["assert s() == 1",""],"code":"c"}""", "7", new[] { "assert s() == 1" })] // MBPP
    [InlineData("""{"id":"a","prompt":"Sum.","test":"def check(f): pass"}""", "a", new[] { "def check(f): pass" })]
    [InlineData("""{"task_id":"a/b","instruction":"Sum.","asserts":["x","y"]}""", "a/b", new[] { "x", "y" })]
    public async Task ReadAsync_IdAndTests_AreTaken(string line, string id, string[] tests)
    {
        ProgrammingTask task = Assert.Single(await ReadAsync([line]));
        Assert.Equal(id, task.TaskId);
        Assert.Equal(tests, task.Asserts);
    }

    [Theory]
    [InlineData("""{"prompt":"Sum.","explanation":"add them up"}""", null, "add them up")]
    [InlineData("""{"prompt":"Sum.","explanation":" "}""", null, null)]
    [InlineData("""{"prompt":"Sum.","explanation":["add"]}""", null, null)] // others mean other things by the name
    [InlineData("""{"prompt":"Sum.","explanation":"no","editorial":"add them up"}""", "editorial", "add them up")]
    public async Task ReadAsync_Explanation_IsTakenWhereItIsText(string line, string? field, string? expected) =>
        Assert.Equal(expected, Assert.Single(await ReadAsync([line], new InstructionFields { Explanation = field })).Explanation);

    [Fact]
    public async Task ReadAsync_Array_IsReadWholeAndKeepsWhatIsNoInstruction()
    {
        string[] lines = ["[", """{"instruction":"Sum.","id":"a"},""", "3,", """{"instruction":"Mul.","id":"b"}""", "]"];
        IReadOnlyList<ProgrammingTask> tasks = await ReadAsync(lines, new InstructionFields { KeepMalformed = true });
        Assert.Equal(["a", "b"], tasks.Where(task => task.Problem is null).Select(task => task.TaskId));
        Assert.EndsWith(":2", tasks[1].TaskId, StringComparison.Ordinal);
        DataFormatException exception = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(lines));
        Assert.Equal(2, exception.Line);
    }

    [Fact]
    public async Task ReadAsync_NamedFields_AreTheOnlyOnes()
    {
        InstructionFields fields = new()
        {
            Instruction = "goal",
            TaskId = "key",
            Tests = "checks",
            Solution = "code",
            Language = "tongue",
            EntryPoint = "name",
            DefaultLanguage = "rust",
        };
        string line =
            """{"goal":"Sum.","input":"no","instruction":"no","key":"k","checks":["c"],"code":"s","tongue":"golang","name":"f","id":"no"}""";
        ProgrammingTask task = Assert.Single(await ReadAsync([line], fields));
        Assert.Equal(("Sum.", "k", "s", "go", "f"), (task.Instruction, task.TaskId, task.Solution, task.Language, task.EntryPoint));
        Assert.Equal("rust", Assert.Single(await ReadAsync(["""{"goal":"Sum."}"""], fields)).Language);
        DataFormatException exception = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(["""{"prompt":"x"}"""], fields));
        Assert.Equal("goal", exception.Field);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("""{"text":"Sum."}""", "found no instruction")]
    [InlineData("""{"instruction":"  "}""", "found no instruction")]
    [InlineData("""{"instruction":"x","tests":3}""", "'tests' must be an array of strings, or a string")]
    [InlineData("""{"messages":[{"role":"assistant","content":"Sum."}]}""", "found no instruction")]
    public async Task ReadAsync_BadLine_IsRefusedOrKeptWithItsProblem(string line, string expected)
    {
        string[] lines = ["""{"instruction":"one"}""", "", line, """{"instruction":"two"}"""];
        DataFormatException exception = await Assert.ThrowsAsync<DataFormatException>(() => ReadAsync(lines));
        Assert.Equal(3, exception.Line);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);

        List<ProgrammingTask> tasks = await ReadAsync(lines, new InstructionFields { KeepMalformed = true });
        Assert.Equal([null, exception.Message, null], tasks.Select(task => task.Problem));
        Assert.Equal("set.jsonl:3", tasks[1].TaskId);
    }

    [Fact]
    public async Task ReadAsync_CompressedFile_IsRead()
    {
        string path = folder.File("set.jsonl.gz");
        await using (GZipStream stream = new(File.Create(path), CompressionMode.Compress))
        {
            stream.Write("{\"instruction\":\"Sum.\"}\n"u8);
        }

        List<ProgrammingTask> tasks = await InstructionReader.ReadAsync(path).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal("Sum.", Assert.Single(tasks).Instruction);
    }

    private async Task<List<ProgrammingTask>> ReadAsync(string[] lines, InstructionFields? fields = null)
    {
        string path = folder.File("set.jsonl");
        await File.WriteAllLinesAsync(path, lines, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return await InstructionReader.ReadAsync(path, fields).ToListAsync();
    }
}
