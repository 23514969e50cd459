using ReflectionCoder.Construction;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Samples.Ablate.Authors;

/// <summary>
/// Writes a reflection around a wrong attempt that nobody planned: the attempt, its run, what differs, and the task's solution.
/// </summary>
internal static class AttemptSequence
{
    /// <summary>Longest output of the attempt, in characters; the mutation author's limit.</summary>
    private const int MaxOutput = 1200;

    /// <summary>Whether a run can be shown: it failed by an error that can be read, would fail alike again, and holds no marker.</summary>
    public static bool CanShow(TaskExecution run) =>
        !run.Passed
        && run.Error is not null
        && !run.ShowsAddress
        && run.Output.Length <= MaxOutput
        && !Markers.All.Any(marker => (run.Program + run.Output).Contains(marker, StringComparison.Ordinal));

    /// <summary>Composes it. Requests, plan and final code are those of the data's reflection: only the attempt is another.</summary>
    /// <param name="written">The task and the data's reflection.</param>
    /// <param name="attempt">The wrong program, without tests.</param>
    /// <param name="wrong">Its run, which <see cref="CanShow"/>.</param>
    /// <param name="right">The run of the task's solution, which passed.</param>
    public static Conversation Compose(WrittenTask written, string attempt, TaskExecution wrong, TaskExecution right)
    {
        IReadOnlyList<Message> messages = written.Sequence.Messages;
        return written.Sequence with
        {
            Messages =
            [
                messages[0],
                new Message(
                    MessageRole.Assistant,
                    [
                        .. messages[1].Content.Take(1).Where(block => block.Type == BlockType.Text),
                        .. wrong.Blocks,
                        new Block(BlockType.Text, $"{Error(wrong.Error!)} {Repair(attempt, written.Task.Solution!)}"),
                        .. right.Blocks,
                    ]
                ),
                messages[2],
                messages[3],
            ],
            Weight = 1,
            Metadata = written.Sequence.Metadata! with { Mistakes = [], TokenDivergence = null, SyntaxDivergence = null },
        };
    }

    private static string Error(ErrorReport error) =>
        error.IsSyntaxError ? $"The program does not start: `{error.Headline}`."
        : error is { Actual: { } actual, Expected: { } expected }
            ? $"The test `{error.Statement}` fails: the value is `{actual}` instead of `{expected}`."
        : error.IsFailedTest ? $"The test `{error.Statement}` fails: `{error.Headline}`."
        : error.Raised.Length > 0 ? $"`{error.Raised}` raises `{error.Headline}`."
        : $"The run stops with `{error.Headline}`.";

    /// <summary>The first line in which the attempt isn't the solution.</summary>
    private static string Repair(string attempt, string solution)
    {
        string[] wrong = Lines(attempt);
        string[] right = Lines(solution);
        int same = wrong.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
        return same == right.Length ? $"The line `{wrong[same].Trim()}` is too much. I leave it out."
            : same == wrong.Length ? $"The line `{right[same].Trim()}` is missing. I add it."
            : $"The line `{wrong[same].Trim()}` should be `{right[same].Trim()}`. I change it.";
    }

    private static string[] Lines(string program) => [.. program.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
}
