using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>Writes one sequence.</summary>
internal sealed class MutationSession
{
    private readonly MutationWorkshop workshop;
    private readonly MutationAuthorOptions options;
    private readonly StableRandom random;
    private readonly CancellationToken cancellationToken;
    private readonly ReflectionWording wording;
    private readonly MutationBreaker breaker;

    public MutationSession(
        MutationWorkshop workshop,
        MutationAuthorOptions options,
        StableRandom random,
        CancellationToken cancellationToken
    )
    {
        this.workshop = workshop;
        this.options = options;
        this.random = random;
        this.cancellationToken = cancellationToken;
        wording = new ReflectionWording(random);
        breaker = new MutationBreaker(workshop, options, random, cancellationToken);
    }

    public async Task<MutationDraft> ComposeAsync()
    {
        TaskExecution good = await breaker.RunAsync(workshop.Source.Text).ConfigureAwait(false);
        if (!good.Passed)
        {
            return Nothing(NotRun.Is(good.Result.Outcome) ? MutationRejection.NotRun : MutationRejection.SolutionFailed) with
            {
                Detail = $"The solution with the task's tests ends as {good.Result.Outcome}: {good.Ending}",
            };
        }

        int wanted = random.Chance(options.SingleAttemptShare) ? 0 : DrawCount();
        int mistakes = Math.Min(options.MaxAttempts - 1, wanted);
        bool nearMiss = random.Chance(options.NearMissShare);
        List<BrokenAttempt> broken = mistakes == 0 ? [] : await breaker.BreakAsync(mistakes, nearMiss).ConfigureAwait(false);
        if (broken.Count == 0 && mistakes > 0)
        {
            return new MutationDraft(null, [], breaker.Rejections);
        }

        // Without its first mistake, a chain is still a chain.
        for (; ; broken.RemoveAt(0))
        {
            Conversation conversation = await ComposeAsync(broken, good).ConfigureAwait(false);
            if (ReflectionForm.CountTokens(conversation) <= options.MaxSequenceTokens)
            {
                return new MutationDraft(conversation, [.. broken.Select(attempt => attempt.Mutation)], breaker.Rejections);
            }

            if (broken.Count <= 1)
            {
                return Nothing(MutationRejection.SequenceTooLong);
            }
        }
    }

    private int DrawCount()
    {
        // In steps of a millionth, so that rounding can't differ between machines.
        double total = options.MistakeWeights.Sum();
        double left = random.Next(1_000_000) / 1_000_000.0 * total;
        for (int i = 0; i < options.MistakeWeights.Count; i++)
        {
            left -= options.MistakeWeights[i];
            if (left < 0)
            {
                return i + 1;
            }
        }

        return options.MistakeWeights.Count;
    }

    private async Task<Conversation> ComposeAsync(List<BrokenAttempt> broken, TaskExecution good)
    {
        ProgrammingTask task = workshop.Task;
        List<Block> blocks = [];
        string text = wording.Plan(workshop.Source.Outline(task.EntryPoint), task.Explanation);
        foreach ((int round, BrokenAttempt attempt) in broken.Index())
        {
            Add(text, attempt.Execution);
            text = wording.Reflection(await ExamineAsync(attempt, round).ConfigureAwait(false));
        }

        Add(text, good);
        return new Conversation(
            [
                ReflectionForm.TextMessage(MessageRole.User, wording.ReflectionRequest(task)),
                new Message(MessageRole.Assistant, blocks),
                ReflectionForm.TextMessage(MessageRole.User, wording.ReanswerRequest(task)),
                ReflectionForm.TextMessage(MessageRole.Assistant, ReflectionWording.Answer(task)),
            ],
            SampleType.Reflection
        );

        void Add(string before, TaskExecution execution)
        {
            blocks.Add(new Block(BlockType.Text, before));
            blocks.AddRange(execution.Blocks);
        }
    }

    /// <summary>Finds out what can be said of a failed attempt.</summary>
    private async Task<Finding> ExamineAsync(BrokenAttempt attempt, int round)
    {
        string? call = null;
        MutationTrace? trace = null;
        TestProgram tests = attempt.Execution.Tests;
        int position = attempt.Execution.FailedStatement(attempt.Report);
        if (position >= 0 && tests.TestAt(position) is { } test)
        {
            call = tests.Language.Tested(test);
            if (call is not null && NeedsTrace(attempt, test))
            {
                TraceRequest request = new(
                    attempt.Text,
                    [.. tests.Statements.Take(position)],
                    call,
                    tests.Language.Read(test)?.Expected,
                    attempt.Mutation.Culprit is null ? 0 : LineOf(attempt),
                    attempt.Mutation.Probe
                );
                trace = await workshop.TraceAsync(request, cancellationToken).ConfigureAwait(false);
            }
        }

        return new Finding(attempt.Execution, attempt.Report, attempt.Mutation, call, trace, round);
    }

    /// <summary>Whether running the call once more can show what the output doesn't.</summary>
    private static bool NeedsTrace(BrokenAttempt attempt, string test)
    {
        ErrorReport report = attempt.Report;
        bool showsValue = report is { Actual: not null, Expected: not null } || attempt.Execution.PrintedValue(test) is not null;
        return report.Type != "RecursionError" && (attempt.Mutation.Probe is not null || (report.IsFailedTest && !showsValue));
    }

    /// <summary>The line of the mistake in a program that may hold others, from 1.</summary>
    private static int LineOf(BrokenAttempt attempt)
    {
        TextEdit edit = attempt.Mutation.Edits.MinBy(one => one.Start)!;
        int moved = attempt
            .All.SelectMany(mutation => mutation.Edits)
            .Where(one => one.End <= edit.Start && one != edit)
            .Sum(one => one.Replacement.Length - one.Length);
        return 1 + attempt.Text.AsSpan(0, edit.Start + moved).Count('\n');
    }

    private MutationDraft Nothing(MutationRejection reason)
    {
        breaker.Reject(reason);
        return new MutationDraft(null, [], breaker.Rejections);
    }
}
