using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Construction.Calls;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The BuildReflections sample at its border.</summary>
public sealed class BuildReflectionsCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Run_StoppedBySignal_KeepsWhatIsFinishedAndGoesOn(string signal, int exitCode)
    {
        SampleProcess.SkipUnlessItTakes(signal);
        await SkipWithoutSandboxAsync();
        string[] arguments = [.. Arguments(Tasks), "--per-task", "50", "--jobs", "1"];
        using SampleProcess process = SampleProcess.Start("BuildReflections", arguments);
        // The journal is locked while the run writes it, so only its size can be seen: a few sequences of some kilobytes each.
        process.WaitUntil(() => new FileInfo(folder["journal.jsonl"]) is { Exists: true, Length: > 20_000 });
        process.Signal(signal);
        SampleResult result = process.WaitForResult();
        Assert.Equal(exitCode, result.ExitCode);
        Assert.EndsWith("The same command goes on.", result.Errors, StringComparison.Ordinal);
        Assert.Contains("\"is_complete\": false", await File.ReadAllTextAsync(folder["manifest.json"]), StringComparison.Ordinal);
        Assert.True(Lines("journal.jsonl") > 3);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task Run_TwoTasks_WritesAllFilesAndASecondRunTheSame()
    {
        await SkipWithoutSandboxAsync();
        string tasks = folder["tasks.jsonl"];
        await File.WriteAllLinesAsync(tasks, [.. File.ReadLines(Tasks).Take(2), "{"]);
        string[] arguments = [.. Arguments(tasks), "--per-task", "1", "--held-out-per-task", "1"];
        SampleResult first = SampleProcess.Run("BuildReflections", arguments);
        Assert.True(first.ExitCode == 0, first.Errors);
        string reflections = await File.ReadAllTextAsync(folder["reflection.train.jsonl"]);
        int journaled = Lines("journal.jsonl");
        Assert.Contains("\"reason\":\"Malformed\"", await File.ReadAllTextAsync(folder["rejects.jsonl"]), StringComparison.Ordinal);
        Assert.Equal(0, SampleProcess.Run("BuildReflections", arguments).ExitCode);
        Assert.Equal(reflections, await File.ReadAllTextAsync(folder["reflection.train.jsonl"]));
        Assert.Equal(journaled, Lines("journal.jsonl"));

        SampleResult other = SampleProcess.Run("BuildReflections", [.. arguments, "--seed", "1"]);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("journal", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ContaminatedTask_IsRejectedWithTheReason()
    {
        await SkipWithoutSandboxAsync();
        string[] lines = [.. File.ReadLines(Tasks).Take(2)];
        JsonNode contaminated = JsonNode.Parse(lines[1])!;
        await File.WriteAllLinesAsync(folder["tasks.jsonl"], lines);
        await File.WriteAllTextAsync(
            folder["HumanEval.jsonl"],
            new JsonObject { ["task_id"] = "HumanEval/7", ["prompt"] = (string)contaminated["instruction"]! }.ToJsonString()
        );
        SampleResult result = SampleProcess.Run(
            "BuildReflections",
            [.. Arguments(folder["tasks.jsonl"]), "--per-task", "1", "--decontaminate", folder["HumanEval.jsonl"]]
        );
        Assert.True(result.ExitCode == 0, result.Errors);
        JsonNode reject = Assert.Single(Rejects(), one => (string?)one["reason"] == "Contaminated");
        Assert.Equal((string)contaminated["task_id"]!, (string?)reject["task_id"]);
        Assert.Contains("HumanEval/7", (string?)reject["detail"], StringComparison.Ordinal);
        Assert.Equal(1, Lines("reflection.train.jsonl"));
    }

    /// <summary>The endpoint refuses each request once, with an exception of the OpenAI client that must be read for another try.</summary>
    [Fact]
    public async Task Run_EndpointAsAuthor_RidesOutRateLimitsAndKeepsTheSequence()
    {
        await SkipWithoutSandboxAsync();
        using FaultyEndpoint endpoint = new(
            _ => "I double it.\n```python\ndef f(x):\n    return 2 * x\n```",
            (_, number) => number == 0 ? EndpointFault.TooManyRequests : EndpointFault.None
        );
        await File.WriteAllTextAsync(
            folder["tasks.jsonl"],
            """{"id": "double", "instruction": "Write `f(x)`, twice `x`.", "tests": ["assert f(2) == 4"]}"""
        );
        SampleResult result = SampleProcess.Run(
            "BuildReflections",
            [.. Arguments(folder["tasks.jsonl"]), "--per-task", "1", "--endpoint", endpoint.Address.ToString(), "--model", "scripted"]
        );
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal([0, 0, 1, 1], endpoint.Calls.Select(call => call.Try).Order());
        Assert.Equal(1, Lines("reflection.train.jsonl"));
        Assert.Empty(Rejects());
    }

    /// <summary>A model of ours with random weights: what it writes is no code, and each of its sequences says why it isn't kept.</summary>
    [Fact]
    public async Task Run_ModelOfOursAsAuthor_EndsWithAReasonForEachTask()
    {
        await SkipWithoutSandboxAsync();
        using (CausalLanguageModel model = CausalLanguageModel.Create(TinyRun.Config with { MaxPositionEmbeddings = 800 }, seed: 5))
        {
            ModelFolder.Save(folder["model"], model);
            TinyRun.Tokenizer.Save(folder["model"]);
        }

        string[] ids = ["short", "long", "tests"];
        await File.WriteAllLinesAsync(
            folder["tasks.jsonl"],
            [
                """{"id": "short", "instruction": "Write f."}""",
                new JsonObject { ["id"] = "long", ["instruction"] = new string('x', 800) }.ToJsonString(),
                """{"id": "tests", "instruction": "Write g.", "tests": ["assert g() == 1"]}""",
            ]
        );
        string[] arguments =
        [
            .. Arguments(folder["tasks.jsonl"]),
            "--per-task",
            "1",
            "--model-directory",
            folder["model"],
            "--device",
            "cpu",
            "--max-output-tokens",
            "20",
        ];
        SampleResult result = SampleProcess.Run("BuildReflections", arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith($"error: nothing was kept; {folder["rejects.jsonl"]} says why.", result.Errors, StringComparison.Ordinal);
        JsonNode[] rejects = Rejects();
        Assert.Equal(ids.SelectMany(id => new[] { id, id }), rejects.Select(reject => (string)reject["task_id"]!)); // two variants each
        Assert.All(rejects, reject => Assert.NotEmpty((string)reject["detail"]!));
        Assert.Equal(["PromptTooLong", "PromptTooLong"], rejects[2..4].Select(reject => (string)reject["reason"]!));
        string[] reasons = ["AnswerCut", "EmptyAnswer", "CallFailed", "NoCode", "NoTests"];
        Assert.All([.. rejects[..2], .. rejects[4..]], reject => Assert.Contains((string)reject["reason"]!, reasons));
        Assert.Contains("\"is_complete\": true", await File.ReadAllTextAsync(folder["manifest.json"]), StringComparison.Ordinal);

        // Other weights in the same folder are another author: the journal's answers aren't theirs.
        using (CausalLanguageModel other = CausalLanguageModel.Create(TinyRun.Config with { MaxPositionEmbeddings = 800 }, seed: 6))
        {
            ModelFolder.Save(folder["model"], other);
            TinyRun.Tokenizer.Save(folder["model"]);
        }

        SampleResult second = SampleProcess.Run("BuildReflections", arguments);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("journal", Assert.Single(second.Errors.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NothingToKeep_FailsAndSaysWhere()
    {
        await SkipWithoutSandboxAsync();
        string tasks = folder["tasks.jsonl"];
        await File.WriteAllTextAsync(tasks, "\n");
        SampleResult empty = SampleProcess.Run("BuildReflections", Arguments(tasks));
        Assert.Equal((1, $"error: {tasks} holds no instructions"), (empty.ExitCode, empty.Errors));
        await File.WriteAllTextAsync(tasks, "{\n");
        SampleResult malformed = SampleProcess.Run("BuildReflections", Arguments(tasks));
        Assert.Equal(1, malformed.ExitCode);
        Assert.EndsWith($"error: nothing was kept; {folder["rejects.jsonl"]} says why.", malformed.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rounds needs --endpoint or --model-directory.", "--rounds", "2")]
    [InlineData("--max-mistakes must be from 1 to 4.", "--max-mistakes", "5")]
    [InlineData(
        "--max-mistakes is for sequences that no model writes; a model's attempts are limited by --rounds.",
        "--max-mistakes",
        "1",
        "--model-directory",
        "model"
    )]
    [InlineData("--max-cost needs --input-price and --output-price.", "--max-cost", "2", "--model-directory", "model")]
    [InlineData("--variants must be at least 1.", "--variants", "0")]
    public void Run_WrongOption_IsNamed(string error, params string[] options)
    {
        SampleResult result = SampleProcess.Run("BuildReflections", [.. Arguments(Tasks), .. options]);
        Assert.Equal((2, $"error: {error} See --help."), (result.ExitCode, result.Errors));
    }

    [Fact]
    public async Task Run_FolderWithoutAModel_IsRefusedInOneLine()
    {
        await SkipWithoutSandboxAsync();
        Directory.CreateDirectory(folder["empty"]);
        SampleResult result = SampleProcess.Run("BuildReflections", [.. Arguments(Tasks), "--model-directory", folder["empty"]]);
        Assert.Equal(1, result.ExitCode);
        string error = Assert.Single(result.Errors.Split('\n'));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(folder["empty"], error, StringComparison.Ordinal);
    }

    private static string Tasks => Path.Combine(RepositoryFolder.Path, "samples", "data", "tasks.jsonl");

    private static async Task SkipWithoutSandboxAsync()
    {
        using BubblewrapSandbox sandbox = new();
        try
        {
            await sandbox.EnsureAvailableAsync();
        }
        catch (SandboxUnavailableException exception)
        {
            Assert.Skip(exception.Message);
        }
    }

    private string[] Arguments(string tasks) => ["--tasks", tasks, "--output", folder.Path];

    private JsonNode[] Rejects() => [.. File.ReadLines(folder["rejects.jsonl"]).Select(line => JsonNode.Parse(line)!)];

    private int Lines(string file)
    {
        if (!File.Exists(folder[file]))
        {
            return 0;
        }

        using StreamReader reader = new(new FileStream(folder[file], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(character => character == '\n');
    }
}
