using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Evaluation;

/// <summary>Files of completions as real tools leave them, whole and damaged.</summary>
public sealed class CompletionReaderTests : IDisposable
{
    private static readonly EvaluationProblem[] Problems = [.. "abc".Select(name => EvaluatorTests.Problem($"t/{name}", "assert f()"))];

    /// <summary>Lines that are no completion, and a part of what is said about each.</summary>
    private static readonly (byte[] Line, string Error)[] Bad =
    [
        (Bytes("not JSON"), "not JSON"),
        (Bytes("{\"task_id\":\"t/a\",\"completion\":\"1\""), "not JSON"),
        (Bytes("{\"task_id\":\"t/a\",\"completion\":\"1\"} {}"), "not JSON"),
        (Bytes("{'task_id':'t/a'}"), "not JSON"),
        (Bytes("\ufeff{\"task_id\":\"t/a\",\"completion\":\"1\"}"), "not JSON"),
        (Bytes(new string('[', 100)), "not JSON"),
        (Bytes("\0\0\0"), "not JSON"),
        ([.. Bytes("{\"task_id\":\"t/a\",\"completion\":\""), 0xe9, .. Bytes("\"}")], "not valid UTF-8"),
        ([0xff, 0xfe, 0x7b, 0x00], "not valid UTF-8"),
        (Bytes("[{\"task_id\":\"t/a\",\"completion\":\"1\"}]"), "expected a JSON object"),
        (Bytes("null"), "expected a JSON object"),
        (Bytes("\"text\""), "expected a JSON object"),
        (Bytes("1"), "expected a JSON object"),
        (Bytes("{}"), "'task_id'"),
        (Bytes("{\"completion\":\"1\"}"), "'task_id'"),
        (Bytes("{\"task_id\":\"t/a\"}"), "'completion'"),
        (Bytes("{\"task_id\":null,\"completion\":\"1\"}"), "'task_id'"),
        (Bytes("{\"task_id\":\"t/a\",\"completion\":null}"), "'completion'"),
        (Bytes("{\"task_id\":[\"t/a\"],\"completion\":\"1\"}"), "'task_id'"),
        (Bytes("{\"task_id\":1.5,\"completion\":\"1\"}"), "'task_id'"),
        (Bytes("{\"task_id\":\"t/a\",\"completion\":[\"1\"]}"), "'completion'"),
        (Bytes("{\"task_id\":\"t/a\",\"solution\":1}"), "'solution'"),
        (Bytes("{\"task_id\":\"t/x\",\"completion\":\"1\"}"), "'t/x' is not among the problems"),
        (Bytes("{\"task_id\":7,\"completion\":\"1\"}"), "'Mbpp/7' is not among the problems"),
        (Bytes("{\"task_id\":\"t/a\",\"completion\":\"\\ud83d\"}"), "surrogate"),
        (Bytes("{\"task_id\":\"\\udc00\",\"completion\":\"1\"}"), "surrogate"),
        (Bytes("{\"task_id\":\"t/a\",\"completion\":\"1\",\"completion\":\"2\"}"), "comes twice"),
        (Bytes("{\"task_id\":\"t/a\",\"task_id\":\"t/b\",\"completion\":\"1\"}"), "comes twice"),
        (Bytes("{\"task_id\":\"t/a\",\"completion\":\"1\\x\"}"), "not JSON"),
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("completion-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadFile_BadLinesBetweenGoodOnes_NamesEachAndLosesNone(bool gzip)
    {
        List<byte[]> lines = [];
        List<(long Line, string Error)> expected = [];
        for (int i = 0; i < 100; i++)
        {
            lines.Add(Good($"t/{"abc"[i % 3]}", $"pass {i}"));
            lines.Add(Bad[i % Bad.Length].Line);
            expected.Add((lines.Count, Bad[i % Bad.Length].Error));
            if (i % 10 == 0)
            {
                lines.Add(Bytes(" \r"));
            }
        }

        lines.Add(Bytes("{\"task_id\":\"t/a\",\"compl")); // cut off
        expected.Add((lines.Count, "not JSON"));
        string path = Save("completions.jsonl" + (gzip ? ".gz" : ""), Join(lines));
        CompletionFile file = await CompletionReader.ReadFileAsync(path, Problems);
        Assert.Equal(101, file.Malformed.Count);
        Assert.Equal(expected.Select(one => one.Line), file.Malformed.Select(one => one.Line));
        Assert.All(file.Malformed.Zip(expected), pair => Assert.Contains(pair.Second.Error, pair.First.Error));
        Assert.All(file.Malformed, one => Assert.DoesNotContain(folder.FullName, one.Error));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => new Completion($"t/{"abc"[i % 3]}", i / 3, $"pass {i}")), file.Completions);
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => CompletionReader.ReadAsync(path, Problems));
        Assert.Equal(2, exception.Line);

        var evaluator = new Evaluator(new RefusingSandbox());
        Assert.Equal(100, await evaluator.EvaluateAsync(Problems, file.Completions).CountAsync());
    }

    [Fact]
    public async Task ReadFile_EachBadLineAlone_SaysHowManyAndTheFirstReason()
    {
        foreach ((byte[] line, string error) in Bad)
        {
            string path = Save("one.jsonl", Join([Bytes(""), line, line]));
            var exception = await Assert.ThrowsAsync<DataFormatException>(() => CompletionReader.ReadFileAsync(path, Problems));
            Assert.Contains(error, exception.Message);
            Assert.Contains("holds no completion: all 2 lines are malformed, the first of them line 2: ", exception.Message);
        }

        foreach (string text in (string[])["", "\ufeff", "\n \n", "[]"])
        {
            string path = Save("none.jsonl", Bytes(text));
            Assert.EndsWith(
                "holds no completion",
                (await Assert.ThrowsAsync<DataFormatException>(() => CompletionReader.ReadFileAsync(path))).Message
            );
        }
    }

    /// <summary>A bad first line isn't taken for a file that is one array.</summary>
    [Theory]
    [InlineData("[1, 2]")]
    [InlineData("[[[")]
    [InlineData("[{\"task_id\":\"t/a\",\"completion\":\"0\"")]
    public async Task ReadFile_FirstLineBeginsLikeAnArray_ReadsTheOthers(string first)
    {
        string path = Save("array.jsonl", Join([Bytes(first), Good("t/a", "1"), Bytes("{"), Good("t/a", "2")]));
        CompletionFile file = await CompletionReader.ReadFileAsync(path, Problems);
        Assert.Equal([new("t/a", 0, "1"), new("t/a", 1, "2")], file.Completions);
        Assert.Equal([1, 3], file.Malformed.Select(one => one.Line));
    }

    [Fact]
    public async Task ReadFile_ArrayWithBadElements_NamesTheirPositions()
    {
        string good = Encoding.UTF8.GetString(Good("t/a", "1"));
        string path = Save(
            "array.json",
            Bytes($"\ufeff[\n  {good},\n  null, [\"2\"], {{}},\n  {good.Replace("t/a", "t/x")},\n  {good}]\n")
        );
        CompletionFile file = await CompletionReader.ReadFileAsync(path, Problems);
        Assert.Equal([new("t/a", 0, "1"), new("t/a", 1, "1")], file.Completions);
        Assert.Equal([2, 3, 4, 5], file.Malformed.Select(one => one.Line));
        string cut = Save("cut.json", Bytes($"[\n{good},\n"));
        Assert.Contains("not JSON", (await Assert.ThrowsAsync<DataFormatException>(() => CompletionReader.ReadFileAsync(cut))).Message);
    }

    [Fact]
    public async Task ReadFile_SolutionOfEvalPlus_IsTheCode()
    {
        string path = Save(
            "samples.jsonl",
            Bytes(
                """
                {"task_id":"t/a","solution":"1","_identifier":"x"}
                {"task_id":"t/a","completion":"2","solution":"3"}
                {"task_id":"t/b","completion":null,"solution":"4"}
                """
            )
        );
        CompletionFile file = await CompletionReader.ReadFileAsync(path, Problems);
        Assert.Equal([new("t/a", 0, "1"), new("t/a", 1, "2"), new("t/b", 0, "4")], file.Completions);
        Assert.Empty(file.Malformed);
        Assert.Equal(file.Completions, await CompletionReader.ReadAsync(path));
    }

    [Fact]
    public async Task ReadFile_ListsOfBigcode_AnswerTheProblemsInTheirOrder()
    {
        string path = Save("generations.json", Bytes("[[\"1\", 2, \"3\"], [], [\"4\"], [\"5\"]]"));
        CompletionFile file = await CompletionReader.ReadFileAsync(path, Problems);
        Assert.Equal([new("t/a", 0, "1"), new("t/a", 1, "3"), new("t/c", 0, "4")], file.Completions);
        Assert.Equal([1, 4], file.Malformed.Select(one => one.Line));
        Assert.Contains("only 3 problems", file.Malformed[1].Error);
        await Assert.ThrowsAsync<DataFormatException>(() => CompletionReader.ReadFileAsync(path)); // nobody says which problems they are
    }

    [Fact]
    public async Task ReadFile_VeryLongLines_AreReadOrNamed()
    {
        string code = new('x', 10 << 20);
        string path = Save("long.jsonl", Join([Good("t/a", code), Bytes("{\"" + code), Good("t/a", "1")]));
        CompletionFile file = await CompletionReader.ReadFileAsync(path, Problems);
        Assert.Equal([code.Length, 1], file.Completions.Select(completion => completion.Code.Length));
        MalformedLine malformed = Assert.Single(file.Malformed);
        Assert.Equal(2, malformed.Line);
        Assert.True(malformed.Error.Length < 1000);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Good(string taskId, string code) =>
        JsonSerializer.SerializeToUtf8Bytes(new { task_id = taskId, completion = code });

    private static byte[] Join(IEnumerable<byte[]> lines) => [.. lines.SelectMany((line, i) => i == 0 ? line : [(byte)'\n', .. line])];

    private string Save(string name, byte[] content)
    {
        string path = Path.Combine(folder.FullName, name);
        using Stream file = name.EndsWith(".gz") ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path);
        file.Write(content);
        return path;
    }

    private sealed class RefusingSandbox : ICodeSandbox
    {
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => Task.FromResult(new SandboxResult(SandboxOutcome.Failed, 1, "", "", false, TimeSpan.Zero));
    }
}
