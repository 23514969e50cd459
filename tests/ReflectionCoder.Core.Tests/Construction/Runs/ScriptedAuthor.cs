using ReflectionCoder.Construction;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Construction.Runs;

/// <summary>Writes by a script, and remembers what it was asked.</summary>
internal sealed class ScriptedAuthor(Func<ProgrammingTask, int, CancellationToken, Task<ReflectionDraft>> script) : IReflectionAuthor
{
    private readonly List<string> asked = [];

    public ScriptedAuthor()
        : this((task, variant, _) => Task.FromResult(Draft(task, variant))) { }

    public string Identity { get; init; } = "scripted";

    /// <summary>Tasks and variants in the order of the calls, such as <c>a 0</c>.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked];
            }
        }
    }

    /// <summary>A draft with two attempts. Its final code differs from that of any other task.</summary>
    public static ReflectionDraft Draft(ProgrammingTask task, int variant, string? code = null) =>
        new(
            new Conversation(
                [
                    Text(MessageRole.User, task.Instruction),
                    new Message(
                        MessageRole.Assistant,
                        [
                            new Block(BlockType.Code, $"wrong_{variant} = 0"),
                            new Block(BlockType.Execution, "AssertionError"),
                            new Block(BlockType.Text, "Mistaken."),
                            new Block(BlockType.Code, code ?? CodeOf(task)),
                            new Block(BlockType.Execution, "ok"),
                        ]
                    ),
                    Text(MessageRole.User, "Answer anew."),
                    Text(MessageRole.Assistant, $"```python\n{code ?? CodeOf(task)}\n```"),
                ],
                SampleType.Reflection
            )
        )
        {
            Mistakes = [$"kind-{variant}"],
        };

    public Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
    {
        lock (asked)
        {
            asked.Add($"{task.TaskId} {variant}");
        }

        return script(task, variant, cancellationToken);
    }

    private static string CodeOf(ProgrammingTask task) =>
        $"def {task.TaskId}_first(x):\n    {task.TaskId}_a = x + {task.TaskId}_b\n    return {task.TaskId}_a";

    private static Message Text(MessageRole role, string text) => new(role, [new Block(BlockType.Text, text)]);
}
