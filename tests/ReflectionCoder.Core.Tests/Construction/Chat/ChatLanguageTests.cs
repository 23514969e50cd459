using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Chat;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Construction.Chat;

/// <summary>The chat author with real compilers and interpreters: the language of the task decides what runs its programs.</summary>
public sealed class ChatLanguageTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly ProgrammingTask JavaScript = new()
    {
        TaskId = "total",
        Instruction = "Write `total(list)`, the sum of the property `n` of its items.",
        Language = "javascript",
        Asserts = ["assert.strictEqual(total([{ n: 1 }, { n: 2 }]), 3);", "assert.strictEqual(total([]), 0);"],
    };

    private static readonly ProgrammingTask CSharp = new()
    {
        TaskId = "total",
        Instruction = "Write a static method `Total` of an array of numbers that returns their sum.",
        Language = "csharp",
        Asserts = ["Debug.Assert(Total([1, 2]) == 3);"],
    };

    private static readonly ProgrammingTask Cpp = new()
    {
        TaskId = "total",
        Instruction = "Write `int total(std::vector<int> const& numbers)`, the sum of its numbers.",
        Language = "cpp",
    };

    [Fact]
    public async Task WriteAsync_JavaScriptThatFailsAtRunTime_KeepsErrorAndCorrection()
    {
        const string Wrong = "function total(list) {\n  return list.reduce((sum, item) => sum + item.n);\n}";
        const string Right = "function total(list) {\n  return list.reduce((sum, item) => sum + item.n, 0);\n}";
        Conversation kept = await KeepAsync(JavaScript, Fenced("js", Wrong), Fenced("js", Right), Fenced("js", Right));

        IReadOnlyList<Block> attempts = kept.Messages[1].Content;
        Assert.Contains("[object Object]2", attempts[2].Content, StringComparison.Ordinal);
        Assert.Equal("All tests passed.\n", attempts[5].Content);
        Assert.Equal($"Because.\n```javascript\n{Right}\n```", Assert.Single(kept.Messages[3].Content).Content);
        Assert.Empty(await new TaskRunner(fixture.Sandbox, JavaScript).FindFaultsAsync(kept, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_CSharpThatDoesNotCompile_KeepsTheCompilersErrorAsExecution()
    {
        const string Wrong = "static int Total(int[] numbers) => numbers.Sumup();";
        const string Right = "static int Total(int[] numbers) => numbers.Sum();";
        Conversation kept = await KeepAsync(CSharp, Fenced("csharp", Wrong), Fenced("csharp", Right), Fenced("cs", Right));

        IReadOnlyList<Block> attempts = kept.Messages[1].Content;
        Assert.Contains("error CS1061", attempts[2].Content, StringComparison.Ordinal);
        Assert.Contains("Sumup", attempts[2].Content, StringComparison.Ordinal);
        Assert.Equal("All tests passed.\n", attempts[5].Content);
    }

    [Fact]
    public async Task WriteAsync_CppThatDoesNotCompile_KeepsTheCompilersErrorAndTheAuthorsTests()
    {
        const string Wrong =
            "int total(std::vector<int> const& numbers) {\n  int sum = 0;\n  for (int n : numbers) sum += n;\n  return sum;\n}";
        const string Right = "#include <vector>\n" + Wrong;
        const string Tests =
            "#include <cstdio>\nint main() {\n  if (total({1, 2}) != 3) return 1;\n  if (total({}) != 0) return 2;\n  puts(\"ok\");\n}";
        Conversation kept = await KeepAsync(
            Cpp,
            Fenced("cpp", Wrong) + Fenced("cpp", Tests),
            Fenced("cpp", Right) + Fenced("cpp", Tests),
            Fenced("c++", Right)
        );

        IReadOnlyList<Block> attempts = kept.Messages[1].Content;
        Assert.StartsWith("solution.cpp:1:16: error:", attempts[2].Content, StringComparison.Ordinal);
        Assert.Equal("ok\n", attempts[5].Content);
    }

    private static string Fenced(string tag, string code) => $"Because.\n```{tag}\n{code}\n```\n";

    /// <summary>Writes a sequence of two attempts; skips the test where the language's tools are missing.</summary>
    private async Task<Conversation> KeepAsync(ProgrammingTask task, params string[] answers)
    {
        fixture.SkipIfUnavailable();
        ScriptedChatClient client = new(answers);
        ReflectionDraft draft = await new ChatAuthor(client, fixture.Sandbox).WriteAsync(task, 0, TestContext.Current.CancellationToken);
        Assert.SkipWhen(
            draft.Reason == "NotRun" && draft.Detail!.Contains("which isn't here", StringComparison.Ordinal),
            draft.Detail ?? ""
        );
        Assert.True(draft.Conversation is not null, $"{draft.Reason}: {draft.Detail} {string.Join("\n", draft.Attempts)}");

        IReadOnlyList<Block> attempts = draft.Conversation.Messages[1].Content;
        BlockType[] types = [BlockType.Text, BlockType.Code, BlockType.Execution];
        Assert.Equal([.. types, .. types], attempts.Select(block => block.Type));
        Assert.Contains(attempts[2].Content.TrimEnd(), client.Asked[1].Messages, StringComparison.Ordinal);
        return draft.Conversation;
    }
}
