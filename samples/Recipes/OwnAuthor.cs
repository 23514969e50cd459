using ReflectionCoder.Construction;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Recipes;

/// <summary>
/// Writes reflection sequences with an author that takes its mistakes from a table. An LLM could stand in the table's place.
/// </summary>
internal static class OwnAuthor
{
    private static readonly ProgrammingTask[] Tasks =
    [
        Task(
            "texts/is_palindrome",
            "Write a Python function `is_palindrome(text)` that tells whether a text reads the same backwards, whatever the case of its "
                + "letters.",
            "is_palindrome",
            "def is_palindrome(text):\n    letters = text.lower()\n    return letters == letters[::-1]",
            ["assert is_palindrome(\"Anna\")", "assert not is_palindrome(\"Anne\")", "assert is_palindrome(\"\")"]
        ),
        Task(
            "numbers/mean",
            "Write a Python function `mean(numbers)` that returns the mean of a list of numbers, and 0 for an empty one.",
            "mean",
            "def mean(numbers):\n    if not numbers:\n        return 0\n    return sum(numbers) / len(numbers)",
            ["assert mean([1, 2]) == 1.5", "assert mean([4]) == 4", "assert mean([]) == 0"]
        ),
    ];

    private static readonly Dictionary<string, KnownMistake> Mistakes = new()
    {
        ["texts/is_palindrome"] = new(
            "case-ignored-too-late",
            "def is_palindrome(text):\n    return text == text[::-1].lower()",
            "Only the reversed text is in lower case, so `Anna` is compared with `anna`. Both sides must be lowered first."
        ),
        ["numbers/mean"] = new(
            "empty-list",
            "def mean(numbers):\n    return sum(numbers) / len(numbers)",
            "An empty list has the length 0, and that divides by zero. The empty list is a case of its own."
        ),
    };

    public static async Task RunAsync(string[] args)
    {
        string output = args is [{ } path] ? path : "out/recipes/author.jsonl";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        using BubblewrapSandbox sandbox = new();
        TableAuthor author = new(sandbox, Mistakes);
        List<Conversation> written = [];
        try
        {
            foreach (ProgrammingTask task in Tasks)
            {
                ReflectionDraft draft = await author.WriteAsync(task, variant: 0);
                if (draft.Conversation is { } conversation)
                {
                    written.Add(conversation);
                }

                Console.WriteLine(
                    $"{task.TaskId}: {(draft.Conversation is null ? "nothing" : "written")}"
                        + string.Concat(draft.Rejections.Select(reason => $"; {reason.Key}"))
                );
            }
        }
        catch (SandboxUnavailableException exception)
        {
            Console.WriteLine($"no sandbox: {exception.Message}");
            return;
        }

        SequenceWriter.Write(output, written);
        Console.WriteLine($"{written.Count} sequences in {output}");
    }

    private static ProgrammingTask Task(string id, string instruction, string entryPoint, string solution, string[] asserts) =>
        new()
        {
            TaskId = id,
            Instruction = instruction,
            EntryPoint = entryPoint,
            Solution = solution,
            Asserts = asserts,
            Split = "train",
        };
}

/// <summary>A program that doesn't solve its task.</summary>
/// <param name="Kind">Short name of the mistake.</param>
/// <param name="Program">The program.</param>
/// <param name="Reason">What is wrong with it, and what puts it right.</param>
internal sealed record KnownMistake(string Kind, string Program, string Reason);

/// <summary>Shows a wrong program, what Python says to it, why, and the right one; both are really run.</summary>
internal sealed class TableAuthor(ICodeSandbox sandbox, IReadOnlyDictionary<string, KnownMistake> mistakes) : IReflectionAuthor
{
    // What the sequences depend on: another table is another author.
    public string Identity => $"table of {string.Join(", ", mistakes.Select(mistake => $"{mistake.Key} {mistake.Value}"))}";

    public async Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
    {
        if (variant > 0 || !mistakes.TryGetValue(task.TaskId, out KnownMistake? mistake))
        {
            return new ReflectionDraft(null);
        }

        TaskRunner runner = new(sandbox, task);
        TaskExecution wrong = await runner.RunAsync(mistake.Program, cancellationToken);
        TaskExecution right = await runner.RunAsync(task.Solution!, cancellationToken);
        if (wrong.Error is not { } error || wrong.ShowsAddress)
        {
            return Rejected("the wrong program does not fail as it should");
        }

        Conversation conversation = new(
            [
                Text(MessageRole.User, $"{task.Instruction}\nRun the tests, and correct the code until they pass."),
                new Message(
                    MessageRole.Assistant,
                    [
                        new Block(BlockType.Text, "I write the function and test it."),
                        .. wrong.Blocks,
                        new Block(BlockType.Text, $"`{error.Statement}` ends in `{error.Headline}`. {mistake.Reason}"),
                        .. right.Blocks,
                    ]
                ),
                Text(MessageRole.User, task.Instruction),
                Text(MessageRole.Assistant, $"```python\n{task.Solution}\n```"),
            ],
            SampleType.Reflection
        );
        IReadOnlyList<string> faults = await runner.FindFaultsAsync(conversation, cancellationToken);
        return faults.Count == 0 ? new ReflectionDraft(conversation) { Mistakes = [mistake.Kind] } : Rejected([.. faults]);
    }

    private static ReflectionDraft Rejected(params string[] reasons) =>
        new(null) { Rejections = reasons.ToDictionary(reason => reason, _ => 1) };

    private static Message Text(MessageRole role, string text) => new(role, [new Block(BlockType.Text, text)]);
}
