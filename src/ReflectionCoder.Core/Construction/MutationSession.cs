using System.Text;
using System.Text.RegularExpressions;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>Writes one sequence.</summary>
internal sealed partial class MutationSession
{
    /// <summary>How many broken programs that fail at the first test are put aside until they are good enough.</summary>
    private const int MaxSpare = 6;

    private readonly MutationWorkshop workshop;
    private readonly MutationAuthorOptions options;
    private readonly StableRandom random;
    private readonly CancellationToken cancellationToken;
    private readonly ReflectionWording wording;
    private readonly int shownCalls;
    private readonly bool announces;
    private readonly SortedDictionary<MutationRejection, int> rejections = [];

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
        shownCalls = random.Next(2);
        announces = random.Chance(0.5);
    }

    public async Task<MutationDraft> ComposeAsync()
    {
        TaskExecution good = await RunAsync(workshop.Source.Text).ConfigureAwait(false);
        if (!good.Passed)
        {
            bool ran = good.Result.Outcome is not (SandboxOutcome.SandboxFailure or SandboxOutcome.ToolchainMissing);
            return Nothing(ran ? MutationRejection.SolutionFailed : MutationRejection.NotRun);
        }

        int wanted = random.Chance(options.SingleAttemptShare) ? 0 : DrawCount();
        int mistakes = Math.Min(options.MaxAttempts - 1, wanted);
        bool nearMiss = random.Chance(options.NearMissShare);
        List<Attempt> broken = mistakes == 0 ? [] : await BreakAsync(mistakes, nearMiss).ConfigureAwait(false);
        if (broken.Count == 0 && mistakes > 0)
        {
            return new MutationDraft(null, [], rejections);
        }

        // Without its first mistake, a chain is still a chain.
        for (; ; broken.RemoveAt(0))
        {
            Conversation conversation = await ComposeAsync(broken, good).ConfigureAwait(false);
            if (MutationAuthor.CountTokens(conversation) <= options.MaxSequenceTokens)
            {
                return new MutationDraft(conversation, [.. broken.Select(attempt => attempt.Mutation)], rejections);
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

    private async Task<Conversation> ComposeAsync(List<Attempt> broken, TaskExecution good)
    {
        ProgrammingTask task = workshop.Task;
        List<Block> blocks = [];
        string text = wording.Plan(workshop.Source.Outline(task.EntryPoint));
        foreach ((int round, Attempt attempt) in broken.Index())
        {
            Add(text, attempt.Execution);
            text = wording.Reflection(await ExamineAsync(attempt, round).ConfigureAwait(false));
        }

        Add(text, good);
        return new Conversation(
            [
                MutationAuthor.Text(MessageRole.User, wording.ReflectionRequest(task)),
                new Message(MessageRole.Assistant, blocks),
                MutationAuthor.Text(MessageRole.User, wording.ReanswerRequest(task)),
                MutationAuthor.Text(MessageRole.Assistant, ReflectionWording.Answer(task)),
            ],
            SampleType.Reflection
        );

        void Add(string before, TaskExecution execution)
        {
            blocks.Add(new Block(BlockType.Text, before));
            blocks.AddRange(execution.Blocks);
        }
    }

    /// <summary>Finds broken programs: the first has all mistakes, and each further one has one mistake less. Empty if there is none.</summary>
    private async Task<List<Attempt>> BreakAsync(int mistakes, bool nearMiss)
    {
        List<Attempt> chain = [];
        Queue<Attempt> spare = [];
        foreach (Mutation mutation in MutationDraw.Draw(workshop.Places, random).Take(options.MaxTrials))
        {
            if (await TryAsync([mutation]).ConfigureAwait(false) is not { } attempt)
            {
                continue;
            }

            if (nearMiss && attempt.PassedTests < 1)
            {
                spare.Enqueue(attempt);
            }
            else if (await ExtendAsync(chain, attempt).ConfigureAwait(false) is { } longer)
            {
                chain = longer;
            }

            if (spare.Count >= MaxSpare)
            {
                nearMiss = false;
                await UseSpareAsync().ConfigureAwait(false);
            }

            if (chain.Count == mistakes)
            {
                return chain;
            }
        }

        await UseSpareAsync().ConfigureAwait(false);
        return chain;

        async Task UseSpareAsync()
        {
            while (chain.Count < mistakes && spare.TryDequeue(out Attempt? attempt))
            {
                chain = await ExtendAsync(chain, attempt).ConfigureAwait(false) ?? chain;
            }
        }
    }

    /// <summary>Puts one more mistake into a chain; null if one can't tell which mistake causes which error then.</summary>
    private async Task<List<Attempt>?> ExtendAsync(List<Attempt> chain, Attempt next)
    {
        if (!await RepeatsAsync(next).ConfigureAwait(false))
        {
            return null;
        }

        if (chain.Count == 0)
        {
            return [next];
        }

        // Each mistake alone, as it was found.
        List<Attempt> alone = [];
        foreach (Attempt attempt in chain)
        {
            alone.Add((await TryAsync([attempt.Mutation]).ConfigureAwait(false))!);
        }

        if (alone.Any(attempt => Overlap(attempt.Mutation, next.Mutation) || attempt.Signature == next.Signature))
        {
            Reject(MutationRejection.MistakesNotSeparable);
            return null;
        }

        return await OrderAsync([.. alone, next]).ConfigureAwait(false);
    }

    /// <summary>
    /// Orders mistakes so that each program shows the error of the mistake that is corrected next: of all mistakes in it, exactly that one
    /// gives the same error alone. Null if a program shows an error of none.
    /// </summary>
    private async Task<List<Attempt>?> OrderAsync(List<Attempt> alone)
    {
        List<Attempt> chain = [];
        for (List<Attempt> left = alone; left.Count > 1; )
        {
            Attempt? all = await TryAsync([.. left.Select(attempt => attempt.Mutation)]).ConfigureAwait(false);
            Attempt? cause = all is null ? null : left.Find(attempt => attempt.Signature == all.Signature);
            bool holds = cause is not null && QuotesHold(cause, all!, left) && await RepeatsAsync(all!).ConfigureAwait(false);
            if (!holds)
            {
                Reject(MutationRejection.MistakesNotSeparable);
                return null;
            }

            chain.Add(all! with { Mutation = cause!.Mutation });
            left = [.. left.Where(attempt => attempt != cause)];
            if (left.Count == 1)
            {
                chain.Add(left[0]);
            }
        }

        return chain;
    }

    /// <summary>Whether what is said of a mistake also holds beside the others: every line that it quotes is still there.</summary>
    private bool QuotesHold(Attempt cause, Attempt all, List<Attempt> left)
    {
        string next = Apply(left.Where(attempt => attempt != cause).Select(attempt => attempt.Mutation));
        return Quotes(cause.Mutation.Diagnosis).All(quote => !Holds(cause.Text, quote) || Holds(all.Text, quote))
            && Quotes(cause.Mutation.Repair).All(quote => !Holds(workshop.Source.Text, quote) || Holds(next, quote));

        static bool Holds(string text, string quote) => text.Contains(quote, StringComparison.Ordinal);

        static IEnumerable<string> Quotes(string text) => Quote().Matches(text).Select(match => match.Groups["code"].Value);
    }

    private async Task<Attempt?> TryAsync(IReadOnlyList<Mutation> mutations)
    {
        string text = Apply(mutations);
        TaskExecution execution = await RunAsync(text).ConfigureAwait(false);
        if (Judge(execution) is { } reason)
        {
            Reject(reason);
            return null;
        }

        string signature = Place().Replace(execution.Output, "line");
        return new Attempt(mutations[0], mutations, text, execution, execution.Error!, signature);
    }

    private MutationRejection? Judge(TaskExecution execution) =>
        execution.Result.Outcome switch
        {
            SandboxOutcome.Passed => MutationRejection.TestsPassed,
            SandboxOutcome.CpuTimeExceeded or SandboxOutcome.WallTimeExceeded => MutationRejection.TimedOut,
            SandboxOutcome.ToolchainMissing or SandboxOutcome.SandboxFailure => MutationRejection.NotRun,
            SandboxOutcome.Failed or SandboxOutcome.CompileError or SandboxOutcome.Crashed => execution switch
            {
                _ when execution.Result.OutputTruncated || Encoding.UTF8.GetByteCount(execution.Output) > options.MaxExecutionBytes =>
                    MutationRejection.OutputTooLong,
                { ShowsAddress: true } => MutationRejection.NotRepeatable,
                { Error: null } => MutationRejection.NoTraceback,
                _ => null,
            },
            _ => MutationRejection.LimitExceeded,
        };

    private async Task<bool> RepeatsAsync(Attempt attempt)
    {
        bool repeats = await workshop.RepeatsAsync(attempt.Execution, cancellationToken).ConfigureAwait(false);
        if (!repeats)
        {
            Reject(MutationRejection.NotRepeatable);
        }

        return repeats;
    }

    /// <summary>Finds out what can be said of a failed attempt.</summary>
    private async Task<Finding> ExamineAsync(Attempt attempt, int round)
    {
        string? call = null;
        MutationTrace? trace = null;
        TestProgram tests = attempt.Execution.Tests;
        int position = attempt.Execution.FailedStatement(attempt.Report);
        if (position >= 0 && !attempt.Report.IsSyntaxError && tests.TestAt(position) is { } test)
        {
            call = tests.Language.Tested(test);
            if (call is not null && attempt.Report.Type != "RecursionError")
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

    /// <summary>The line of the mistake in a program that may hold others, from 1.</summary>
    private static int LineOf(Attempt attempt)
    {
        TextEdit edit = attempt.Mutation.Edits.MinBy(one => one.Start)!;
        int moved = attempt
            .All.SelectMany(mutation => mutation.Edits)
            .Where(one => one.End <= edit.Start && one != edit)
            .Sum(one => one.Replacement.Length - one.Length);
        return 1 + attempt.Text.AsSpan(0, edit.Start + moved).Count('\n');
    }

    private string Apply(IEnumerable<Mutation> mutations) =>
        TextEdit.Apply(workshop.Source.Text, mutations.SelectMany(mutation => mutation.Edits));

    private Task<TaskExecution> RunAsync(string attempt) => workshop.RunAsync(attempt, shownCalls, announces, cancellationToken);

    private bool Overlap(Mutation a, Mutation b) =>
        a.Edits.SelectMany(workshop.Source.LinesOf).Intersect(b.Edits.SelectMany(workshop.Source.LinesOf)).Any();

    private MutationDraft Nothing(MutationRejection reason)
    {
        Reject(reason);
        return new MutationDraft(null, [], rejections);
    }

    private void Reject(MutationRejection reason) => rejections[reason] = rejections.GetValueOrDefault(reason) + 1;

    // Python names a line as "line 3", Node.js as solution.js:3:7, the compiler of C# as solution.cs(3,7).
    [GeneratedRegex(@"line \d+|:\d+(:\d+)?|\(\d+,\d+\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quote();

    /// <summary>A broken program that can be used.</summary>
    /// <param name="Mutation">The mistake that causes its error.</param>
    /// <param name="All">All mistakes in it.</param>
    /// <param name="Text">The program, without tests.</param>
    /// <param name="Execution">Its run.</param>
    /// <param name="Report">Its error.</param>
    /// <param name="Signature">What it printed, without line numbers. Equal signatures mean the same error.</param>
    private sealed record Attempt(
        Mutation Mutation,
        IReadOnlyList<Mutation> All,
        string Text,
        TaskExecution Execution,
        ErrorReport Report,
        string Signature
    )
    {
        /// <summary>How many tests passed before one failed.</summary>
        public int PassedTests => Execution.PassedTests(Report);
    }
}
