using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Chat;

/// <summary>Writes one sequence, in two stages: attempts until one passes, then the answer in one go.</summary>
internal sealed partial class ChatSession(ChatCalls calls, ChatRuns runs, ChatAuthorOptions options, ProgrammingTask task)
{
    private readonly List<ChatMessage> dialog = [];
    private readonly List<Block> blocks = [];
    private readonly List<string> mistakes = [];
    private string tests = string.Join('\n', task.Asserts);

    /// <summary>How many attempts were made so far.</summary>
    public int Rounds { get; private set; }

    private bool HasOwnTests => task.Asserts.Count == 0;

    private ProgrammingTask TestedTask => HasOwnTests ? task with { Asserts = [tests] } : task;

    public async Task<ReflectionDraft> WriteAsync()
    {
        try
        {
            await AttemptAsync().ConfigureAwait(false);
            string answer = await AnswerAsync().ConfigureAwait(false);
            Conversation conversation = new(
                [
                    ReflectionForm.TextMessage(MessageRole.User, Fill(options.Prompts.SampleRequest)),
                    new Message(MessageRole.Assistant, [.. blocks]),
                    ReflectionForm.TextMessage(MessageRole.User, Fill(options.Prompts.SampleReanswer)),
                    ReflectionForm.TextMessage(MessageRole.Assistant, answer),
                ],
                SampleType.Reflection
            );
            int tokens = ReflectionForm.CountTokens(conversation);
            return tokens <= options.MaxSequenceTokens
                ? new ReflectionDraft(conversation) { Mistakes = mistakes, Tests = HasOwnTests ? TestOrigin.Author : TestOrigin.Task }
                : throw Reject(
                    ChatRejection.SequenceTooLong,
                    $"The sequence has {tokens} tokens; {options.MaxSequenceTokens} are allowed."
                );
        }
        catch (ChatRejectedException rejected)
        {
            return rejected.ToDraft(blocks);
        }
    }

    /// <summary>The first stage: attempts until one passes.</summary>
    private async Task AttemptAsync()
    {
        string request = Fill(HasOwnTests ? options.Prompts.Solve : options.Prompts.SolveWithTests);
        while (true)
        {
            dialog.Add(new ChatMessage(ChatRole.User, request));
            AuthorAnswer answer = await calls.AskAsync(dialog).ConfigureAwait(false);
            dialog.Add(new ChatMessage(ChatRole.Assistant, answer.Text));
            string solution = ReadAttempt(answer);
            TaskExecution execution = await runs.RunAsync(TestedTask, solution).ConfigureAwait(false);
            blocks.AddRange(execution.Blocks);
            Rounds++;
            ChatTelemetry.CountAttempt(execution.Result.Outcome.ToString());
            runs.RequireUsable(execution);
            if (execution.Passed)
            {
                break;
            }

            mistakes.Add(execution.Error?.Type ?? execution.Result.Outcome.ToString());
            if (Rounds >= options.MaxRounds)
            {
                throw Reject(ChatRejection.RoundsExhausted, $"None of {Rounds} attempts passed: {ChatRuns.Ending(execution)}");
            }

            request = Fill(options.Prompts.Repair, ChatRuns.Output(execution));
        }

        if (Rounds < options.MinAttempts)
        {
            throw Reject(ChatRejection.PassedTooSoon, $"Attempt {Rounds} passed; a sequence needs at least {options.MinAttempts}.");
        }
    }

    /// <summary>The second stage: the answer in one go, in the form of the published data.</summary>
    private async Task<string> AnswerAsync()
    {
        IEnumerable<ChatMessage> before = options.AnswersInSameConversation ? dialog : [];
        ChatMessage request = new(ChatRole.User, Fill(options.Prompts.Answer));
        AuthorAnswer answer = await calls.AskAsync([.. before, request]).ConfigureAwait(false);
        if (answer.Code.Count > 1)
        {
            throw Reject(
                ChatRejection.SeveralCodeBlocks,
                $"The final answer has {answer.Code.Count} code blocks; expected one.",
                [.. answer.Blocks]
            );
        }

        string code = answer.Code[0];
        string shown = string.Join(
            '\n',
            answer.Blocks.Select(block => block.Type == BlockType.Code ? $"```{task.Language}\n{code}\n```" : block.Content)
        );
        string[] said = [.. answer.Blocks.Where(block => block.Type == BlockType.Text).Select(block => block.Content)];
        if (EarlierWork().Match(string.Join('\n', said)) is { Success: true } mention)
        {
            throw Reject(ChatRejection.MentionsEarlierWork, $"The final answer says '{mention.Value}'.", [.. answer.Blocks]);
        }

        Conversation check = new([ReflectionForm.TextMessage(MessageRole.Assistant, shown)], SampleType.Reflection);
        if (ReflectionForm.FinalCode(check) != code)
        {
            throw Reject(ChatRejection.FenceInCode, "The final answer holds a fence beside that of its code block.", [.. answer.Blocks]);
        }

        TaskExecution execution = await runs.RunAsync(TestedTask, code).ConfigureAwait(false);
        return execution.Passed
            ? shown
            : throw Reject(ChatRejection.FinalCodeFailed, $"The final code fails: {ChatRuns.Ending(execution)}", [.. execution.Blocks]);
    }

    /// <summary>Takes the text and the tests of an attempt, and returns its solution.</summary>
    private string ReadAttempt(AuthorAnswer answer)
    {
        IReadOnlyList<string> code = answer.Code;
        string solution = code[0];
        string found = code.Count > 1 ? code[^1] : "";
        if (task.Language == "python")
        {
            (string before, string behind) = AuthorTests.SplitPython(solution);
            solution = behind.Length > 0 && before.Length > 0 ? before : solution;
            found = found.Length == 0 ? behind : AuthorTests.WithoutSolution(found, solution);
        }

        string? text = answer.Blocks.TakeWhile(block => block.Type == BlockType.Text).FirstOrDefault()?.Content;
        text ??= answer.Blocks.FirstOrDefault(block => block.Type == BlockType.Text)?.Content;
        if (text is not null)
        {
            blocks.Add(new Block(BlockType.Text, text));
        }
        else if (Rounds > 0)
        {
            throw Reject(ChatRejection.NoAnalysis, "The repair doesn't say what was wrong.", new Block(BlockType.Code, solution));
        }

        if (HasOwnTests)
        {
            TakeTests(solution, found);
        }

        return solution;
    }

    private void TakeTests(string solution, string found)
    {
        int before = AuthorTests.Count(tests, task.Language);
        int count = AuthorTests.Count(found, task.Language);
        ChatRejection? reason = null;
        string detail = "";
        if (found.Length > 0 && count < before)
        {
            (reason, detail) = (ChatRejection.TestsWeakened, $"The repair has {count} tests; the attempt before had {before}.");
        }
        else if (count == 0 && tests.Length == 0)
        {
            (reason, detail) = (ChatRejection.NoTests, "The answer has no tests that run when the program is run.");
        }
        else if (!AuthorTests.Use(found.Length > 0 ? found : tests, solution, task.EntryPoint))
        {
            (reason, detail) = (ChatRejection.TestsUnrelated, "The tests use nothing that the solution defines.");
        }

        if (reason is { } bad)
        {
            throw Reject(bad, detail, new Block(BlockType.Code, found.Length > 0 ? $"{solution}\n\n{found}" : solution));
        }

        tests = found.Length > 0 ? found : tests;
    }

    private string Fill(string template, string output = "") =>
        ChatAuthorPrompts.Fill(template, task.Language, task.Instruction, tests, output);

    /// <param name="reason">The reason.</param>
    /// <param name="detail">More about it.</param>
    /// <param name="written">What was written since the last run.</param>
    private static ChatRejectedException Reject(ChatRejection reason, string detail, params Block[] written) =>
        new(reason, detail) { Written = written };

    [GeneratedRegex(
        @"\b((previous|earlier|prior|last|first|original) (attempt|answer|version|code|solution|response|error|try|run)s?"
            + @"|(corrected|fixed|repaired|revised) (version|code|solution|answer)|as (before|mentioned|discussed)|root cause)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex EarlierWork();
}
