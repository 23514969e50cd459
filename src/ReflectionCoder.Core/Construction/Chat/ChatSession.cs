using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Chat;

/// <summary>Writes one sequence.</summary>
internal sealed partial class ChatSession(
    IChatClient client,
    ICodeSandbox sandbox,
    ChatAuthorOptions options,
    ProgrammingTask task,
    int variant,
    CancellationToken cancellationToken
)
{
    private const int MaxDetail = 300;

    private readonly List<ChatMessage> dialog = [];
    private readonly List<Block> blocks = [];
    private readonly List<string> mistakes = [];
    private string tests = string.Join('\n', task.Asserts);
    private string lastAnswer = "";
    private int calls;

    /// <summary>How many attempts were made so far.</summary>
    public int Rounds { get; private set; }

    private bool HasOwnTests => task.Asserts.Count == 0;

    public async Task<ReflectionDraft> WriteAsync()
    {
        try
        {
            await AttemptAsync().ConfigureAwait(false);
            string answer = await AnswerAsync().ConfigureAwait(false);
            Conversation conversation = new(
                [
                    Text(MessageRole.User, Fill(options.Prompts.SampleRequest)),
                    new Message(MessageRole.Assistant, [.. blocks]),
                    Text(MessageRole.User, Fill(options.Prompts.SampleReanswer)),
                    Text(MessageRole.Assistant, answer),
                ],
                SampleType.Reflection
            );
            int tokens = MutationAuthor.CountTokens(conversation);
            return tokens <= options.MaxSequenceTokens
                ? new ReflectionDraft(conversation) { Mistakes = mistakes, Tests = HasOwnTests ? TestOrigin.Author : TestOrigin.Task }
                : throw Reject(
                    ChatRejection.SequenceTooLong,
                    $"The sequence has {tokens} tokens; {options.MaxSequenceTokens} are allowed."
                );
        }
        catch (ChatRejectedException rejected)
        {
            return rejected.ToDraft([.. blocks]);
        }
    }

    /// <summary>The first stage: attempts until one passes.</summary>
    private async Task AttemptAsync()
    {
        string request = Fill(HasOwnTests ? options.Prompts.Solve : options.Prompts.SolveWithTests);
        while (true)
        {
            dialog.Add(new ChatMessage(ChatRole.User, request));
            AuthorAnswer answer = await AskAsync(dialog).ConfigureAwait(false);
            string solution = ReadAttempt(answer);
            TaskExecution execution = await RunAsync(solution).ConfigureAwait(false);
            blocks.AddRange(execution.Blocks);
            Rounds++;
            ChatTelemetry.CountAttempt(execution.Result.Outcome.ToString());
            CheckRun(execution);
            if (execution.Passed)
            {
                break;
            }

            mistakes.Add(execution.Error?.Type ?? execution.Result.Outcome.ToString());
            if (Rounds >= options.MaxRounds)
            {
                throw Reject(ChatRejection.RoundsExhausted, $"None of {Rounds} attempts passed: {Ending(execution)}");
            }

            dialog.Add(new ChatMessage(ChatRole.Assistant, answer.Text));
            request = Fill(options.Prompts.Repair, Output(execution));
        }

        if (Rounds < options.MinAttempts)
        {
            throw Reject(ChatRejection.PassedTooSoon, $"Attempt {Rounds} passed; a sequence needs at least {options.MinAttempts}.");
        }
    }

    /// <summary>The second stage: the answer in one go, in the form of the published data.</summary>
    private async Task<string> AnswerAsync()
    {
        List<ChatMessage> messages = options.AnswersInSameConversation ? [.. dialog] : [];
        if (options.AnswersInSameConversation)
        {
            messages.Add(new ChatMessage(ChatRole.Assistant, lastAnswer));
        }

        messages.Add(new ChatMessage(ChatRole.User, Fill(options.Prompts.Answer)));
        AuthorAnswer answer = await AskAsync(messages).ConfigureAwait(false);
        if (answer.Code.Count > 1)
        {
            throw Reject(ChatRejection.SeveralCodeBlocks, $"The final answer has {answer.Code.Count} code blocks; expected one.");
        }

        string code = answer.Code[0];
        string shown = string.Join(
            '\n',
            answer.Blocks.Select(block => block.Type == BlockType.Code ? $"```{task.Language}\n{code}\n```" : block.Content)
        );
        string[] said = [.. answer.Blocks.Where(block => block.Type == BlockType.Text).Select(block => block.Content)];
        if (EarlierWork().Match(string.Join('\n', said)) is { Success: true } mention)
        {
            throw Reject(ChatRejection.MentionsEarlierWork, $"The final answer says '{mention.Value}'.");
        }

        Conversation check = new([Text(MessageRole.Assistant, shown)], SampleType.Reflection);
        if (ReflectionForm.FinalCode(check) != code)
        {
            throw Reject(ChatRejection.FenceInCode, "The final answer holds a fence beside that of its code block.");
        }

        TaskExecution execution = await RunAsync(code).ConfigureAwait(false);
        CheckRan(execution);
        return execution.Passed ? shown : throw Reject(ChatRejection.FinalCodeFailed, $"The final code fails: {Ending(execution)}");
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
            blocks.Add(new Block(BlockType.Code, solution));
            throw Reject(ChatRejection.NoAnalysis, "The repair doesn't say what was wrong.");
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
            blocks.Add(new Block(BlockType.Code, found.Length > 0 ? $"{solution}\n\n{found}" : solution));
            throw Reject(bad, detail);
        }

        tests = found.Length > 0 ? found : tests;
    }

    /// <summary>Asks the model; the answer has code.</summary>
    private async Task<AuthorAnswer> AskAsync(IReadOnlyList<ChatMessage> messages)
    {
        ChatResponse response = await CallAsync(messages).ConfigureAwait(false);
        AuthorAnswer answer = AuthorAnswer.Read(response, task.Language);
        lastAnswer = answer.Text;
        bool filtered = response.FinishReason == ChatFinishReason.ContentFilter;
        bool cut = response.FinishReason == ChatFinishReason.Length;
        (ChatRejection Reason, string Detail)? fault =
            filtered ? (ChatRejection.Refused, $"A content filter stopped the answer. {Short(answer.Text)}")
            : cut ? (ChatRejection.AnswerCut, "The answer ends at the length limit.")
            : answer.Blocks.Count == 0 ? (ChatRejection.EmptyAnswer, "The answer has no text.")
            : answer.Code.Count > 0 ? null
            : Refusal().IsMatch(answer.Text) ? (ChatRejection.Refused, $"The model refused: {Short(answer.Text)}")
            : (ChatRejection.NoCode, $"The answer has no code: {Short(answer.Text)}");
        if (fault is { } bad)
        {
            blocks.AddRange(answer.Blocks);
            throw Reject(bad.Reason, bad.Detail);
        }

        return answer;
    }

    private async Task<ChatResponse> CallAsync(IReadOnlyList<ChatMessage> messages)
    {
        string number = calls++.ToString(CultureInfo.InvariantCulture);
        StableRandom random = new($"{options.Seed}", task.TaskId, $"{variant}", number);
        ChatOptions request = new()
        {
            Seed = random.Next(int.MaxValue), // some servers read no more than 31 bits
            ModelId = options.ModelId,
            Temperature = options.Temperature,
            TopP = options.TopP,
            MaxOutputTokens = options.MaxOutputTokens,
        };
        try
        {
            return await client.GetResponseAsync([.. messages], request, cancellationToken).ConfigureAwait(false);
        }
        catch (AuthorCallException exception) when (!exception.IsFatal && IsTooLong(exception.InnerException))
        {
            throw Reject(ChatRejection.PromptTooLong, exception.InnerException!.Message);
        }
        catch (AuthorCallException exception) when (!exception.IsFatal)
        {
            throw Reject(ChatRejection.CallFailed, exception.Message, exception.IsTransient);
        }
        catch (ArgumentException exception) when (IsTooLong(exception))
        {
            throw Reject(ChatRejection.PromptTooLong, exception.Message);
        }
    }

    /// <summary>Whether it says that a prompt has no room in a model of ours, whose exception is a plain argument exception here.</summary>
    private static bool IsTooLong(Exception? exception) =>
        exception is ArgumentException and not (InvalidOptionsException or ArgumentNullException or ArgumentOutOfRangeException);

    private Task<TaskExecution> RunAsync(string solution)
    {
        ProgrammingTask tested = HasOwnTests ? task with { Asserts = [tests] } : task;
        return new TaskRunner(sandbox, tested) { Limits = options.Limits }.RunAsync(solution, cancellationToken);
    }

    /// <summary>Whether the run says something about the program.</summary>
    private static void CheckRan(TaskExecution execution)
    {
        if (execution.Result.Outcome is SandboxOutcome.ToolchainMissing or SandboxOutcome.SandboxFailure)
        {
            throw Reject(ChatRejection.NotRun, $"The program could not be run: {Ending(execution)}", isTransient: true);
        }
    }

    /// <summary>Whether the run can be an execution block that says the same each time.</summary>
    private void CheckRun(TaskExecution execution)
    {
        CheckRan(execution);
        SandboxOutcome outcome = execution.Result.Outcome;
        int bytes = Encoding.UTF8.GetByteCount(execution.Output);
        if (outcome is not (SandboxOutcome.Passed or SandboxOutcome.Failed or SandboxOutcome.CompileError or SandboxOutcome.Crashed))
        {
            throw Reject(ChatRejection.LimitReached, $"A program reached a limit: {outcome}.");
        }

        if (execution.Result.OutputTruncated)
        {
            throw Reject(ChatRejection.OutputTruncated, "A program printed more than the sandbox keeps.");
        }

        if (bytes > options.MaxExecutionBytes)
        {
            throw Reject(ChatRejection.OutputTooLong, $"A program printed {bytes} bytes; {options.MaxExecutionBytes} are allowed.");
        }

        if (execution.ShowsAddress)
        {
            throw Reject(ChatRejection.OutputShowsAddress, "A program printed a memory address.");
        }
    }

    private string Fill(string template, string output = "") =>
        ChatAuthorPrompts.Fill(template, task.Language, task.Instruction, tests, output);

    private static string Output(TaskExecution execution) =>
        string.IsNullOrWhiteSpace(execution.Output) ? $"(nothing; it ended as {execution.Result.Outcome})" : execution.Output.TrimEnd();

    private static string Ending(TaskExecution execution) =>
        execution.Result.Message
        ?? execution.Output.TrimEnd().Split('\n')[^1] switch
        {
            "" => $"{execution.Result.Outcome}.",
            string line => Short(line),
        };

    private static string Short(string text) => text.Length <= MaxDetail ? text : text[..MaxDetail] + "…";

    private static Message Text(MessageRole role, string text) => MutationAuthor.Text(role, text);

    private static ChatRejectedException Reject(ChatRejection reason, string detail, bool isTransient = false) =>
        new(reason, detail, isTransient);

    [GeneratedRegex(
        @"\b((previous|earlier|prior|last|first|original) (attempt|answer|version|code|solution|response|error|try|run)s?"
            + @"|(corrected|fixed|repaired|revised) (version|code|solution|answer)|as (before|mentioned|discussed)|root cause)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex EarlierWork();

    [GeneratedRegex(
        @"\b(I('m| am) (sorry|unable|not able)|I (can't|cannot|can’t|won't|won’t)|(can't|cannot|can’t) (help|assist)|as an AI)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Refusal();
}
