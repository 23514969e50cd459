using System.Text;
using ReflectionCoder.Construction;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Construction;

public sealed class ProgrammingTaskReaderTests
{
    private const string Good =
        """
            {"task_id":"a/f","instruction":"Write f.","entry_point":"f","solution":"def f(x):\n    return x",
            """
        + """
            "asserts":["assert f(1) == 1","assert f(2) == 2","assert f(3) == 3, \"three\""],"split":"train","extra":1}
            """;

    [Fact]
    public void Read_GoodLine_GivesTheTask()
    {
        ProgrammingTask task = Assert.Single(Read("", Good, "  "));
        Assert.Equal("a/f", task.TaskId);
        Assert.Equal("def f(x):\n    return x", task.Solution);
        Assert.Equal(3, task.Asserts.Count);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{}", "'task_id'")]
    [InlineData("\"split\":\"train\"->\"split\":\"test\"", "'split' must be train or held_out, found 'test'")]
    [InlineData("\"split\":\"train\"->\"split\":1", "'split' must be a string")]
    [InlineData("\"instruction\":\"Write f.\"->\"instruction\":\"\"", "'instruction'")]
    [InlineData("assert f(2) == 2->f(2) == 2", "one-line assert statements, found 'f(2) == 2'")]
    [InlineData("\"assert f(2) == 2\",->", "at least 3 statements, found 2")]
    [InlineData("\"assert f(2) == 2\"->2", "array of strings")]
    [InlineData("\"entry_point\":\"f\"->\"entry_point\":\"g\"", "define the function 'g'")]
    [InlineData("\"extra\":1->\"language\":\"cobol\"", "'language' must be one of python, javascript")]
    [InlineData("\"extra\":1->\"explanation\":\"\"", "'explanation' must be a string that is not empty")]
    [InlineData("\"extra\":1->\"explanation\":[]", "'explanation' must be a string")]
    [InlineData("\"extra\":1->\"language\":1", "'language' is 1; expected a string")]
    [InlineData("Write f.->Write \\ud83d.", "'instruction' escapes one half of a surrogate pair")]
    [InlineData("assert f(1) == 1->assert f(1) == '\\ud83d'", "'asserts' escapes one half of a surrogate pair")]
    public void Read_BadLine_NamesFileLineAndField(string change, string expected)
    {
        string[] parts = change.Split("->");
        string line = parts.Length == 2 ? Good.Replace(parts[0], parts[1], StringComparison.Ordinal) : change;
        DataFormatException exception = Assert.Throws<DataFormatException>(() => Read("", line));
        Assert.StartsWith("tasks.jsonl, line 2: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Equal(("tasks.jsonl", 2), (exception.Path, exception.Line));
    }

    [Theory]
    [InlineData("\"explanation\":\"return what comes\"", "return what comes")]
    [InlineData("\"explanation\":null", null)]
    [InlineData("\"extra\":1", null)]
    public void Read_Explanation_MayBeMissing(string field, string? expected) =>
        Assert.Equal(expected, Assert.Single(Read(Good.Replace("\"extra\":1", field, StringComparison.Ordinal))).Explanation);

    [Fact]
    public void Read_OtherLanguage_HasAssertsOfItsOwnForm()
    {
        string line = Good.Replace("assert f(1) == 1", "assert.strictEqual(f(1),\\n 1);", StringComparison.Ordinal)
            .Replace("def f(x)", "function f(x)", StringComparison.Ordinal)
            .Replace("\"extra\":1", "\"language\":\"JS\"", StringComparison.Ordinal);
        ProgrammingTask task = Assert.Single(Read(line));
        Assert.Equal(("javascript", "assert.strictEqual(f(1),\n 1);"), (task.Language, task.Asserts[0]));
        string blank = line.Replace("assert f(2) == 2", " ", StringComparison.Ordinal);
        DataFormatException exception = Assert.Throws<DataFormatException>(() => Read(blank));
        Assert.Contains("non-blank statements", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RepeatedTaskId_IsRefused()
    {
        DataFormatException exception = Assert.Throws<DataFormatException>(() => Read(Good, Good));
        Assert.Equal(2, exception.Line);
        Assert.Contains("line 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileWithMarkAndBlankLines_GivesTheTask()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("tasks.jsonl"), "\r\n" + Good + "\r\n\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("a/f", Assert.Single(ProgrammingTaskReader.Read(folder.File("tasks.jsonl"))).TaskId);
    }

    [Fact]
    public void Read_InvalidUtf8_NamesFileAndLine()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("tasks.jsonl");
        byte[] latin = Encoding.Latin1.GetBytes(Good.Replace("Write f.", "Füll f."));
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(Good), .. "\n\n"u8, .. latin]);
        DataFormatException exception = Assert.Throws<DataFormatException>(() => ProgrammingTaskReader.Read(path));
        Assert.Equal((path, 3), (exception.Path, exception.Line));
        Assert.Contains("not valid UTF-8", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_IsAnIoError() =>
        Assert.Throws<FileNotFoundException>(() => ProgrammingTaskReader.Read(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));

    private static IReadOnlyList<ProgrammingTask> Read(params string[] lines) =>
        ProgrammingTaskReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))), "tasks.jsonl");
}
