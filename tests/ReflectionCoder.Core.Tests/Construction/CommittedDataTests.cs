using System.Text.Json;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Construction;

/// <summary>What samples/data promises.</summary>
public sealed class CommittedDataTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private const int Sampled = 20;
    private static readonly MessageRole[] Roles = [MessageRole.User, MessageRole.Assistant, MessageRole.User, MessageRole.Assistant];
    private static readonly Conversation[] Train = [.. SequenceReader.Read(DataFiles.PathOf("reflection.train.jsonl"))];
    private static readonly Conversation[] HeldOut = [.. SequenceReader.Read(DataFiles.PathOf("reflection.held_out.jsonl"))];
    private static readonly Conversation[] Generation = [.. SequenceReader.Read(DataFiles.PathOf("generation.train.jsonl"))];

    [Fact]
    public void Tasks_Splits_AreLargeAndDisjoint()
    {
        ProgrammingTask[] train = [.. DataFiles.Tasks.Where(task => task.Split == "train")];
        ProgrammingTask[] heldOut = [.. DataFiles.Tasks.Where(task => task.Split == "held_out")];
        Assert.True(train.Length >= 100, $"{train.Length} train tasks");
        Assert.True(heldOut.Length >= 20, $"{heldOut.Length} held-out tasks");
        Assert.Empty(train.Select(task => task.EntryPoint).Intersect(heldOut.Select(task => task.EntryPoint)));
        Assert.Empty(train.Select(task => task.Instruction).Intersect(heldOut.Select(task => task.Instruction)));

        // A function with other names is the same function.
        Assert.Empty(train.Select(Anonymous).Intersect(heldOut.Select(Anonymous)));
    }

    [Fact]
    public void Sequences_Counts_AreAsTheManifestSays()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(DataFiles.PathOf("manifest.json")));
        Assert.True(Train.Length >= 400, $"{Train.Length} sequences");
        Assert.Equal(manifest.RootElement.GetProperty("train_sequences").GetInt32(), Train.Length);
        Assert.Equal(manifest.RootElement.GetProperty("held_out_sequences").GetInt32(), HeldOut.Length);
        Assert.Equal(manifest.RootElement.GetProperty("generation_samples").GetInt32(), Generation.Length);
        Assert.True(manifest.RootElement.GetProperty("sequences").GetProperty("mistakes").EnumerateObject().Count() >= 15);
    }

    [Fact]
    public void Sequences_EachHasTheForm()
    {
        foreach (Conversation conversation in Train.Concat(HeldOut))
        {
            Assert.Equal(SampleType.Reflection, conversation.Type);
            Assert.Equal(Roles, conversation.Messages.Select(message => message.Role));
            foreach (int text in new[] { 0, 2, 3 })
            {
                Assert.Equal(BlockType.Text, Assert.Single(conversation.Messages[text].Content).Type);
            }

            IReadOnlyList<Block> blocks = conversation.Messages[1].Content;
            BlockType[] round = [BlockType.Text, BlockType.Code, BlockType.Execution];
            Assert.Contains(blocks.Count, new[] { 3, 6, 9, 12, 15 });
            Assert.All(blocks.Chunk(3), attempt => Assert.Equal(round, attempt.Select(block => block.Type)));
            Assert.All(blocks, block => Assert.NotEmpty(block.Content));
            string[] printed = [.. blocks.Where(block => block.Type == BlockType.Execution).Select(block => block.Content)];
            Assert.All(printed.SkipLast(1), text => Assert.Contains("Error", text, StringComparison.Ordinal));
            Assert.DoesNotContain("Error", printed[^1], StringComparison.Ordinal);
            Assert.InRange(ReflectionForm.CountTokens(conversation), 1, 4000);
        }
    }

    [Fact]
    public void Sequences_FinalCode_IsTheTasksSolution()
    {
        AssertAnswered(Train, "train", 1);
        AssertAnswered(HeldOut, "held_out", 2);
        AssertAnswered(Generation, "train", 1);
    }

    [Fact]
    public void Sequences_None_IsRepeated()
    {
        string[] programs =
        [
            .. Train
                .Concat(HeldOut)
                .Select(one =>
                    string.Join('\n', one.Messages[1].Content.Where(block => block.Type == BlockType.Code).Select(block => block.Content))
                ),
        ];
        Assert.Equal(programs.Length, programs.Distinct().Count());
    }

    [Fact]
    public void Files_Together_AreUnderThreeMegabytes() =>
        Assert.True(Directory.EnumerateFiles(DataFiles.Folder).Sum(path => new FileInfo(path).Length) < 3_000_000);

    [Fact]
    public async Task Solutions_RealSandbox_PassTheirAsserts()
    {
        // One run for all, each program with names of its own.
        string programs = JsonSerializer.Serialize(
            DataFiles.Tasks.ToDictionary(task => task.TaskId, task => task.Solution + "\n\n" + string.Join('\n', task.Asserts))
        );
        SandboxResult result = await fixture.RunAsync(
            """
            import json, sys
            programs = json.load(sys.stdin)
            for name, program in programs.items():
                try:
                    exec(compile(program, name, "exec"), {})
                except BaseException as error:
                    print(name, repr(error))
            print(len(programs), "tried")
            """,
            input: programs
        );
        Assert.Equal($"{DataFiles.Tasks.Count} tried\n", result.StandardOutput);
    }

    [Fact]
    public async Task ExecutionBlocks_RealSandbox_AreWhatPythonPrints()
    {
        await SkipUnlessSamePythonAsync();
        int seed = Environment.TickCount;
        Random random = new(seed);
        foreach (Conversation conversation in random.GetItems([.. Train, .. HeldOut], Sampled))
        {
            IReadOnlyList<Block> blocks = conversation.Messages[1].Content;
            for (int i = 0; i < blocks.Count; i += 3)
            {
                SandboxResult result = await fixture.RunAsync(blocks[i + 1].Content);
                SandboxOutcome expected = i + 3 == blocks.Count ? SandboxOutcome.Passed : SandboxOutcome.Failed;
                string printed = result.StandardOutput + result.StandardError;
                Assert.True(
                    printed == blocks[i + 2].Content && result.Outcome == expected,
                    $"Seed {seed}: {result.Outcome}, expected {expected}, of\n{blocks[i + 1].Content}\nwhich printed\n{printed}"
                        + $"\nand should print\n{blocks[i + 2].Content}"
                );
            }
        }
    }

    [Fact]
    public async Task Sequences_WrittenAgain_AreTheSame()
    {
        await SkipUnlessSamePythonAsync();
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(DataFiles.PathOf("manifest.json")));
        MutationAuthor author = new(
            fixture.Sandbox,
            new MutationAuthorOptions { Seed = manifest.RootElement.GetProperty("seed").GetInt64(), MaxSequenceTokens = 4000 }
        );
        ProgrammingTask task = DataFiles.Tasks[0];
        Conversation again = (await author.WriteAsync(task, 0)).Conversation!;
        Assert.Equal(Texts(Train[0]), Texts(again));
        Assert.Equal(Texts(Generation[0]), Texts(author.WriteGeneration(task)!));
    }

    private static void AssertAnswered(Conversation[] conversations, string split, int atLeast)
    {
        Dictionary<string, ProgrammingTask> byAnswer = DataFiles
            .Tasks.Where(task => task.Split == split)
            .ToDictionary(task => $"```python\n{task.Solution}\n```");
        Dictionary<string, int> counts = [];
        foreach (Conversation conversation in conversations)
        {
            string answer = Assert.Single(conversation.Messages[^1].Content).Content;
            string code = answer[..(answer.LastIndexOf("```", StringComparison.Ordinal) + 3)];
            ProgrammingTask task = byAnswer[code];
            Assert.Contains(task.Instruction, conversation.Messages[^2].Content[0].Content, StringComparison.Ordinal);
            counts[task.TaskId] = counts.GetValueOrDefault(task.TaskId) + 1;
        }

        Assert.All(byAnswer.Values, task => Assert.True(counts.GetValueOrDefault(task.TaskId) >= atLeast, task.TaskId));
    }

    private static IEnumerable<string> Texts(Conversation conversation) =>
        conversation.Messages.SelectMany(message => message.Content).Select(block => block.Content);

    private static string Anonymous(ProgrammingTask task)
    {
        PythonSource source = PythonSource.Parse(task.Solution!);
        List<string> own = [.. source.Functions.SelectMany(function => function.Names.Prepend(function.Name)).Distinct()];
        return string.Join(' ', source.Code.Select(token => own.IndexOf(token.Text) is >= 0 and int index ? $"name{index}" : token.Text));
    }

    private async Task SkipUnlessSamePythonAsync()
    {
        fixture.SkipIfUnavailable();
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(DataFiles.PathOf("manifest.json")));
        string python = manifest.RootElement.GetProperty("toolchains").GetProperty("python")[0].GetString()!;
        Version made = Version.Parse(python.Split(' ')[1]);
        SandboxResult result = await fixture.RunAsync("import platform\nprint(platform.python_version())");
        Version here = Version.Parse(result.StandardOutput.Trim());
        Assert.SkipUnless(
            made.Major == here.Major && made.Minor == here.Minor,
            $"The data was made with Python {made}; here is {here}, whose tracebacks differ."
        );
    }
}
