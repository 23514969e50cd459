using System.Text;
using System.Text.RegularExpressions;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction;

/// <summary>Finds the broken programs of one sequence.</summary>
internal sealed partial class MutationBreaker(
    MutationWorkshop workshop,
    MutationAuthorOptions options,
    StableRandom random,
    CancellationToken cancellationToken
)
{
    /// <summary>How many broken programs that fail at the first test are put aside until they are good enough.</summary>
    private const int MaxSpare = 6;

    /// <summary>The same, where each of them has to be compiled.</summary>
    private const int MaxSpareOfCompiled = 2;

    // The form that all programs of the sequence have: zero or one shown call, and with or without a last line that says that all is well.
    private readonly TestProgram tests = new(
        workshop.Task.Language,
        workshop.Task.Asserts,
        shownCalls: random.Next(2),
        announces: random.Chance(0.5)
    );
    private readonly SortedDictionary<MutationRejection, int> rejections = [];

    /// <summary>For each reason, how many broken programs were not used so far.</summary>
    public IReadOnlyDictionary<MutationRejection, int> Rejections => rejections;

    /// <summary>Counts a program that was not used.</summary>
    public void Reject(MutationRejection reason) => rejections[reason] = rejections.GetValueOrDefault(reason) + 1;

    /// <summary>Runs a program with the tests, in the form that all programs of the sequence have.</summary>
    public Task<TaskExecution> RunAsync(string attempt) => workshop.RunAsync(tests, attempt, cancellationToken);

    /// <summary>
    /// Finds broken programs: the first has all mistakes, and each further one has one mistake less. Empty if there is none.
    /// </summary>
    public async Task<List<BrokenAttempt>> BreakAsync(int mistakes, bool nearMiss)
    {
        List<BrokenAttempt> chain = [];
        Queue<BrokenAttempt> spare = [];
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

            if (spare.Count >= (workshop.IsCompiled ? MaxSpareOfCompiled : MaxSpare))
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
            while (chain.Count < mistakes && spare.TryDequeue(out BrokenAttempt? attempt))
            {
                chain = await ExtendAsync(chain, attempt).ConfigureAwait(false) ?? chain;
            }
        }
    }

    /// <summary>Puts one more mistake into a chain; null if one can't tell which mistake causes which error then.</summary>
    private async Task<List<BrokenAttempt>?> ExtendAsync(List<BrokenAttempt> chain, BrokenAttempt next)
    {
        if (chain.Count == 0)
        {
            return await RepeatsAsync(next).ConfigureAwait(false) ? [next] : null;
        }

        // Each mistake alone, as it was found.
        List<BrokenAttempt> alone = [];
        foreach (BrokenAttempt attempt in chain)
        {
            alone.Add((await TryAsync([attempt.Mutation]).ConfigureAwait(false))!);
        }

        if (alone.Any(attempt => Overlap(attempt.Mutation, next.Mutation) || attempt.Signature == next.Signature))
        {
            Reject(MutationRejection.MistakesNotSeparable);
            return null;
        }

        return await RepeatsAsync(next).ConfigureAwait(false) ? await OrderAsync([.. alone, next]).ConfigureAwait(false) : null;
    }

    /// <summary>
    /// Orders mistakes so that each program shows the error of the mistake that is corrected next: of all mistakes in it, exactly that one
    /// gives the same error alone. Null if a program shows an error of none.
    /// </summary>
    private async Task<List<BrokenAttempt>?> OrderAsync(List<BrokenAttempt> alone)
    {
        List<BrokenAttempt> chain = [];
        for (List<BrokenAttempt> left = alone; left.Count > 1; )
        {
            BrokenAttempt? all = await TryAsync([.. left.Select(attempt => attempt.Mutation)]).ConfigureAwait(false);
            BrokenAttempt? cause = all is null ? null : left.Find(attempt => attempt.Signature == all.Signature);
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
    private bool QuotesHold(BrokenAttempt cause, BrokenAttempt all, List<BrokenAttempt> left)
    {
        string next = Apply(left.Where(attempt => attempt != cause).Select(attempt => attempt.Mutation));
        return Quotes(cause.Mutation.Diagnosis).All(quote => !Holds(cause.Text, quote) || Holds(all.Text, quote))
            && Quotes(cause.Mutation.Repair).All(quote => !Holds(workshop.Source.Text, quote) || Holds(next, quote));

        static bool Holds(string text, string quote) => text.Contains(quote, StringComparison.Ordinal);

        static IEnumerable<string> Quotes(string text) => Quote().Matches(text).Select(match => match.Groups["code"].Value);
    }

    private async Task<BrokenAttempt?> TryAsync(IReadOnlyList<Mutation> mutations)
    {
        string text = Apply(mutations);
        TaskExecution execution = await RunAsync(text).ConfigureAwait(false);
        if (Judge(execution) is { } reason)
        {
            Reject(reason);
            return null;
        }

        string signature = Place().Replace(execution.Output, "line");
        return new BrokenAttempt(mutations[0], mutations, text, execution, execution.Error!, signature);
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

    private async Task<bool> RepeatsAsync(BrokenAttempt attempt)
    {
        bool repeats = await workshop.RepeatsAsync(attempt.Execution, cancellationToken).ConfigureAwait(false);
        if (!repeats)
        {
            Reject(MutationRejection.NotRepeatable);
        }

        return repeats;
    }

    private string Apply(IEnumerable<Mutation> mutations) =>
        TextEdit.Apply(workshop.Source.Text, mutations.SelectMany(mutation => mutation.Edits));

    private bool Overlap(Mutation a, Mutation b) =>
        a.Edits.SelectMany(workshop.Source.LinesOf).Intersect(b.Edits.SelectMany(workshop.Source.LinesOf)).Any();

    // Python names a line as "line 3", Node.js as solution.js:3:7, the compiler of C# as solution.cs(3,7).
    [GeneratedRegex(@"line \d+|:\d+(:\d+)?|\(\d+,\d+\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quote();
}
