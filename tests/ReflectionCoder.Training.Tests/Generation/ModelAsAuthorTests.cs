using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Chat;
using ReflectionCoder.Generation;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Generation;

/// <summary>A model of ours writes reflection sequences, in blocks as it was trained to.</summary>
public sealed class ModelAsAuthorTests
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteAsync_ModelThatWritesBlocks_KeepsItsSequenceWithRealOutput(bool stopsAtExecution)
    {
        using BubblewrapSandbox sandbox = new();
        try
        {
            await sandbox.EnsureAvailableAsync(TestContext.Current.CancellationToken);
        }
        catch (SandboxUnavailableException exception)
        {
            Assert.Skip(exception.Message);
        }

        const string Code = "def f(x):\n    return 2 * x";
        ProgrammingTask task = new()
        {
            TaskId = "t",
            Instruction = "Write f.",
            Asserts = ["assert f(2) == 4"],
        };
        string later = new('.', 200); // the second prompt begins where the first answer has ended
        ChatAuthorPrompts prompts = new() { SolveWithTests = "{instruction} {tests}", Answer = later + "{instruction} {tests}" };
        using ScriptedModel model = Answering(
            (
                "Write f. assert f(2) == 4",
                $"<|text|>I double.<|endofblock|><|code|>{Code}\n\nassert f(2) == 4<|endofblock|><|execution|>Invented"
            ),
            (later + "Write f. assert f(2) == 4", $"<|text|>```python\n{Code}\n```<|endofblock|><|endofmessage|>")
        );
        GenerationOptions generation = new()
        {
            MaxNewTokens = 90, // ends inside what the model invents
            StopTokenIds = stopsAtExecution ? Tokenizer.EncodeWithSpecialTokens(Markers.Execution) : [],
        };
        using ReflectionChatClient client = new(new TextGenerator(model, Tokenizer, generation), "tiny", ownsGenerator: true)
        {
            AnswerBlock = null,
        };

        ChatAuthor author = new(client, sandbox, new ChatAuthorOptions { Prompts = prompts });
        ReflectionDraft draft = await author.WriteAsync(task, 0, TestContext.Current.CancellationToken);

        Assert.True(draft.Conversation is not null, $"{draft.Reason}: {draft.Detail} {string.Join('\n', draft.Attempts)}");
        IReadOnlyList<Block> attempt = draft.Conversation.Messages[1].Content;
        Assert.Equal([BlockType.Text, BlockType.Code, BlockType.Execution], attempt.Select(block => block.Type));
        Assert.Equal("All tests passed.\n", attempt[2].Content);
        Assert.Equal($"```python\n{Code}\n```", Assert.Single(draft.Conversation.Messages[3].Content).Content);
    }

    /// <summary>A model that gives each answer behind its prompt, and repeats a letter elsewhere.</summary>
    private static ScriptedModel Answering(params (string Prompt, string Answer)[] script)
    {
        Dictionary<long, int> tokens = [];
        foreach ((string prompt, string answer) in script)
        {
            Message asked = new(MessageRole.User, [new Block(BlockType.Text, prompt)]);
            int length = new SampleTokenizer(Tokenizer).EncodePrompt([asked], answerBlock: null).Length;
            foreach ((int i, int id) in Tokenizer.EncodeWithSpecialTokens(answer).Index())
            {
                tokens.Add(length - 1 + i, id);
            }
        }

        int letter = Tokenizer.EncodeText("x")[0];
        return new ScriptedModel(Tokenizer.VocabularySize, position => tokens.GetValueOrDefault(position, letter));
    }
}
