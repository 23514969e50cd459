using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The Generate sample at its border.</summary>
public sealed class GenerateCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public GenerateCommandTests()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyRun.Config with { MaxPositionEmbeddings = 64 }, seed: 5);
        ModelFolder.Save(folder["model"], model);
        TinyRun.Tokenizer.Save(folder["model"]);
    }

    private string Output => folder["answers.jsonl"];

    private string Prompts => folder["prompts.txt"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Run_StoppedBySignal_KeepsWholeAnswersAndSaysHowMany(string signal, int exitCode)
    {
        SampleProcess.SkipUnlessItTakes(signal);
        File.WriteAllLines(Prompts, Enumerable.Range(0, 20_000).Select(i => $"Write f{i}."));
        string[] arguments = Arguments("--prompts", Prompts, "--output", Output, "--temperature", "1");
        using SampleProcess process = SampleProcess.Start("Generate", arguments);
        process.WaitUntil(() => File.Exists(Output) && new FileInfo(Output).Length > 0);
        process.Signal(signal);
        SampleResult result = process.WaitForResult();
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.EndsWith("\n", File.ReadAllText(Output));
        JsonNode[] answers = Answers(File.ReadAllText(Output));
        Assert.InRange(answers.Length, 1, 19_999);
        Assert.All(answers, answer => Assert.NotNull(answer["finish_reason"]));
        string said = $"Stopped: {answers.Length} of 20000 answers are written to {Output}, each a whole line.";
        Assert.Equal(said, result.Errors.Split('\n')[^1]);
    }

    [Fact]
    public void Run_StoppedWhileItWaitsForPrompts_SaysSo()
    {
        SampleProcess.SkipUnlessItTakes("INT");
        using SampleProcess process = SampleProcess.Start("Generate", Arguments("--prompts", "-"));
        Thread.Sleep(2000); // what it waits for is nothing that shows
        process.Signal("INT");
        SampleResult result = process.WaitForResult();
        Assert.Equal((130, "Stopped before the first answer; nothing was written."), (result.ExitCode, result.Errors));
    }

    [Fact]
    public void Run_PromptTooLong_HasItsOwnOutcomeAndTheRestIsAnswered()
    {
        File.WriteAllLines(Prompts, ["Write f.", new string('x', 100), "Write g."]);
        SampleResult result = SampleProcess.Run("Generate", Arguments("--prompts", Prompts));
        Assert.True(result.ExitCode == 0, result.Errors);
        JsonNode[] answers = Answers(result.Output);
        Assert.Equal(["Write f.", new string('x', 100), "Write g."], answers.Select(answer => (string)answer["prompt"]!));
        Assert.Equal(("", "prompt_too_long"), ((string)answers[1]["answer"]!, (string)answers[1]["finish_reason"]!));
        Assert.All([answers[0], answers[2]], answer => Assert.StartsWith("```python\n", (string)answer["answer"]!));
        Assert.Equal("1 of 3 are not answered: the prompt leaves no room (finish_reason prompt_too_long).", result.Errors.Split('\n')[^1]);
    }

    [Fact]
    public void Run_TaskTooLong_FailsAndTheRestIsAnswered()
    {
        string[] tasks = ["a", new string('x', 100)];
        File.WriteAllLines(
            folder["tasks.jsonl"],
            tasks.Select(
                (instruction, i) =>
                    JsonSerializer.Serialize(
                        new
                        {
                            task_id = $"t/{i}",
                            instruction,
                            entry_point = "f",
                            solution = "def f(): return 1",
                            asserts = Enumerable.Repeat("assert f() == 1", 3),
                            split = "held_out",
                        }
                    )
            )
        );
        SampleResult result = SampleProcess.Run("Generate", Arguments("--tasks", folder["tasks.jsonl"], "--output", Output));
        Assert.True(result.ExitCode == 0, result.Errors);
        JsonNode[] answers = Answers(File.ReadAllText(Output));
        Assert.Equal(["t/0", "t/1"], answers.Select(answer => (string)answer["task_id"]!));
        Assert.Equal(("", "prompt_too_long"), ((string)answers[1]["completion"]!, (string)answers[1]["finish_reason"]!));
    }

    [Fact]
    public void Run_Conversations_WritesTheLastAnswerWithTheRestInView()
    {
        Message[] messages = [Text(MessageRole.User, "f"), Text(MessageRole.Assistant, "g"), Text(MessageRole.User, "h")];
        Message answer = Text(MessageRole.Assistant, "never shown");
        string samples = folder["samples.jsonl"];
        SequenceWriter.Write(
            samples,
            [
                new([.. messages, answer], SampleType.Reflection) { Metadata = new SampleMetadata { TaskId = "t/0" } },
                new([messages[0], answer], SampleType.Generation),
            ]
        );
        SampleResult result = SampleProcess.Run("Generate", Arguments("--conversations", samples));
        Assert.True(result.ExitCode == 0, result.Errors);
        JsonNode[] answers = Answers(result.Output);
        Assert.Equal(["t/0", "sample/2"], answers.Select(one => (string)one["task_id"]!));
        using PretrainedModel pretrained = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder["model"] });
        using TextGenerator generator = new(pretrained.Model, pretrained.Tokenizer, new GenerationOptions { MaxNewTokens = 8 });
        string expected = generator.GenerateBatch([new TextRequest(messages) { AnswerPrefix = "```python\n" }])[0].Text;
        Assert.Equal(new PaperAnswerExtractor().Extract(expected), (string)answers[0]["completion"]!);

        SequenceWriter.Write(samples, [new([answer], SampleType.Generation)]);
        SampleResult refused = SampleProcess.Run("Generate", Arguments("--conversations", samples));
        Assert.Equal(
            (1, $"error: {samples}, sample 1: expected an assistant message, to be written anew, after a user message."),
            (refused.ExitCode, refused.Errors)
        );

        static Message Text(MessageRole role, string text) => new(role, [new Block(BlockType.Text, text)]);
    }

    [Theory]
    [InlineData("--stream", "true")]
    [InlineData("--stream", "false")]
    public void Run_OnePromptTooLong_IsAnError(string option, string value)
    {
        SampleResult result = SampleProcess.Run("Generate", Arguments("--prompt", new string('x', 100), option, value));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("error: ", Assert.Single(result.Errors.Split('\n')));
    }

    [Fact]
    public void Run_PromptThatIsNotUtf8_NamesFileAndLine()
    {
        File.WriteAllBytes(Prompts, [.. "\ufeffWrite f\u00fc.\n\nWrite "u8, 0xfc, .. ".\n"u8]);
        SampleResult result = SampleProcess.Run("Generate", Arguments("--prompts", Prompts));
        Assert.Equal((1, $"error: {Prompts}, line 3: not valid UTF-8."), (result.ExitCode, result.Errors));
        SampleResult first = SampleProcess.Run("Generate", Arguments("--prompts", Prompts, "--limit", "1"));
        Assert.Equal("Write f\u00fc.", (string)Assert.Single(Answers(first.Output))["prompt"]!);
    }

    [Fact]
    public void Run_EmptyStopString_IsRefusedInWords()
    {
        SampleResult result = SampleProcess.Run("Generate", Arguments("--prompt", "f", "--stop", "a", "--stop", ""));
        const string said = "error: --stop must not be an empty text: every answer would end before it begins. See --help.";
        Assert.Equal((2, said), (result.ExitCode, result.Errors));
    }

    private string[] Arguments(params string[] further) =>
        ["--model", folder["model"], "--device", "cpu", "--threads", "1", "--max-new-tokens", "8", "--batch-size", "4", .. further];

    private static JsonNode[] Answers(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
